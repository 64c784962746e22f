package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/**
 * {@code y[…] = exp(x − m) / Σ exp(x − m)}, m the maximum, both along {@code axes}. Source: keras.layers.Softmax, TF
 * Softmax.
 */
public record Softmax(List<Integer> axes) implements Activation, Op.Differentiable {
    public Softmax {
        axes = List.copyOf(axes);
    }

    @Override
    public Value apply(Builder b, Value x) {
        int[] along = axes.stream().mapToInt(a -> a).toArray();
        Value e = b.unary(Unary.Fn.EXP, b.minus(x, b.reduce(Reduce.Fn.MAX, x, true, along)));
        return b.over(e, b.reduce(Reduce.Fn.SUM, e, true, along));
    }

    /** {@code dx = y·(dy − Σ dy·y)}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        int[] along = axes.stream().mapToInt(a -> a).toArray();
        g.to(0, () -> {
            Value sum = b.reduce(Reduce.Fn.SUM, b.times(g.dy(), g.out()), true, along);
            return b.times(g.out(), b.minus(g.dy(), sum));
        });
    }
}
