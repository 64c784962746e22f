package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/**
 * The rectifier with all its parameters: {@code y = min(f(x), maxValue) − negativeSlope · max(threshold − x, 0)} with
 * {@code f(x) = x > threshold ? x : 0}. Source: keras.activations.relu.
 *
 * @param maxValue the largest value; null where there is none
 */
public record ClippedRelu(Double maxValue, double negativeSlope, double threshold) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        if (maxValue == null && threshold == 0) {
            return negativeSlope == 0 ? b.unary(Unary.Fn.RELU, x) : new LeakyRelu(negativeSlope).apply(b, x);
        }
        Value zero = b.constant(x.dtype(), 0);
        Value edge = b.constant(x.dtype(), threshold);
        Value y = threshold == 0 ? b.unary(Unary.Fn.RELU, x) : b.select(b.compare(Compare.Fn.GT, x, edge), x, zero);
        if (threshold == 0 && maxValue != null && maxValue == 6) {
            y = b.add(new Relu6(), x);
        } else if (maxValue != null) {
            y = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, y, maxValue), zero);
        }
        if (negativeSlope == 0) {
            return y;
        }
        return b.minus(y, b.binary(Binary.Fn.MUL, b.unary(Unary.Fn.RELU, b.minus(edge, x)), negativeSlope));
    }
}
