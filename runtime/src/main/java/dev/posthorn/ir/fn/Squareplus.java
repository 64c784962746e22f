package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = (x + √(x² + b)) / 2}. Source: keras.activations.squareplus. */
public record Squareplus(double b) implements Activation {
    @Override
    public Value apply(Builder builder, Value x) {
        Value root = builder.unary(Unary.Fn.SQRT, builder.binary(Binary.Fn.ADD, builder.unary(Unary.Fn.SQUARE, x), b));
        return builder.binary(Binary.Fn.DIV, builder.plus(x, root), 2);
    }
}
