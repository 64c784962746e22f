package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/** {@code y[…] = x − m − log Σ exp(x − m)}, m the maximum, both along {@code axes}. Source: TF LogSoftmax. */
public record LogSoftmax(List<Integer> axes) implements Activation, Op.Differentiable {
    public LogSoftmax {
        axes = List.copyOf(axes);
    }

    @Override
    public Value apply(Builder b, Value x) {
        int[] along = axes.stream().mapToInt(a -> a).toArray();
        Value shifted = b.minus(x, b.reduce(Reduce.Fn.MAX, x, true, along));
        Value sum = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.EXP, shifted), true, along);
        return b.minus(shifted, b.unary(Unary.Fn.LOG, sum));
    }

    /** {@code dx = dy − exp(y)·Σ dy}. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        int[] along = axes.stream().mapToInt(a -> a).toArray();
        g.to(0, () -> {
            Value sum = b.reduce(Reduce.Fn.SUM, g.dy(), true, along);
            return b.minus(g.dy(), b.times(b.unary(Unary.Fn.EXP, g.out()), sum));
        });
    }
}
