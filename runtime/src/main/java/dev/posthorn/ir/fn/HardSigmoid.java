package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;

/**
 * {@code y[…] = min(max(slope·x + offset, 0), 1)}. Keras 3 has {@link #KERAS3}, x/6 + 1/2, and rounds as {@code
 * min(max(x + 3, 0), 6) / 6}; Keras 1 and 2 have {@link #KERAS2}, x/5 + 1/2. Source: keras.activations.hard_sigmoid.
 */
public record HardSigmoid(double slope, double offset) implements Activation {
    public static final HardSigmoid KERAS2 = new HardSigmoid(0.2, 0.5);
    public static final HardSigmoid KERAS3 = new HardSigmoid(1 / 6.0, 0.5);

    @Override
    public Value apply(Builder b, Value x) {
        if (equals(KERAS3)) {
            return b.binary(Binary.Fn.DIV, b.add(new Relu6(), b.binary(Binary.Fn.ADD, x, 3)), 6);
        }
        Value line = b.binary(Binary.Fn.ADD, b.binary(Binary.Fn.MUL, x, slope), offset);
        return b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, line, 1), 0);
    }
}
