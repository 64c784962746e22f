package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * {@code x[…×2n×…] → y[…×n×…] = x₁ · sigmoid(x₂)}, x₁ and x₂ the halves along an axis. Source: keras.activations.glu.
 */
public record Glu(int axis) implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        int n = x.shape().dim(axis);
        if (n < 0 || n % 2 != 0) {
            throw new ShapeException("expected an even number of elements along axis " + axis + " but was " + x.type());
        }
        List<Value> halves = b.split(x, axis, n / 2, n / 2);
        return b.times(halves.get(0), b.unary(Unary.Fn.SIGMOID, halves.get(1)));
    }
}
