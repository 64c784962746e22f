package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Slice;
import java.util.List;

/**
 * Gated recurrent unit, gates in Keras' order z r h: {@code x[b×t×in], kernel[in×3u], recurrent[u×3u], inputBias[3u],
 * recurrentBias[3u], h[b×u] (, mask[b×t]) → y[b×t×u], h[b×u]}.
 *
 * <p>{@code z = σ(xz + h·Uz)}, {@code r = σ(xr + h·Ur)}, {@code y[t] = h' = z·h + (1 − z)·φ(xh + q)} with
 * {@code xz xr xh = x[t]·kernel + inputBias}. The reset gate comes after the product, {@code q = r·(h·Uh + bh)}, where
 * {@code resetAfter}, else before it, {@code q = (r·h)·Uh}; recurrentBias is used only after it, also in z and r, and
 * is an operand always. Mask, {@code reverse} and absent biases are as in {@link Lstm}. Source: keras.layers.GRU.
 */
public record Gru(
        Op activation,
        Op recurrentActivation,
        boolean resetAfter,
        boolean reverse,
        boolean masked,
        boolean zeroOutputForMask)
        implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(masked ? 7 : 6);
        List<Value> captures = weights(b, in.get(2), in.get(4));
        Value projected = Recurrence.project(b, in.get(0), in.get(1), in.get(3));
        return new Recurrence(reverse, masked, zeroOutputForMask)
                .run(
                        b,
                        projected,
                        in.subList(5, 6),
                        captures,
                        masked ? in.get(6) : null,
                        (s, x, states, weights) -> List.of(step(s, x, states.get(0), weights)));
    }

    /** The weights as {@link #step} takes them. */
    public List<Value> weights(Builder b, Value recurrent, Value recurrentBias) {
        int u = Recurrence.units(recurrent);
        return resetAfter
                ? List.of(recurrent, recurrentBias)
                : List.of(b.slice(recurrent, 1, 0, 2 * u), b.slice(recurrent, 1, 2 * u, Slice.END));
    }

    /** One step on x·kernel + inputBias: the next h, which is the output. */
    public Value step(Builder b, Value x, Value h, List<Value> weights) {
        Value inner = b.matmul(h, weights.get(0));
        return resetAfter ? after(b, x, h, b.plus(inner, weights.get(1))) : before(b, x, h, inner, weights.get(1));
    }

    /** One step whose reset gate comes after the product, on inner = h·recurrent + recurrentBias. */
    public Value after(Builder b, Value x, Value h, Value inner) {
        int u = inner.shape().dim(1) / 3;
        List<Value> fromX = b.split(x, 1, u, u, u);
        Value z = gate(b, fromX.get(0), b.slice(inner, 1, 0, u));
        Value r = gate(b, fromX.get(1), b.slice(inner, 1, u, 2 * u));
        return next(b, h, z, fromX.get(2), b.times(r, b.slice(inner, 1, 2 * u, Slice.END)));
    }

    /** One step whose reset gate comes before the product with the candidate's weights, on inner = h·[Uz Ur]. */
    private Value before(Builder b, Value x, Value h, Value inner, Value candidate) {
        int u = Recurrence.units(candidate);
        List<Value> fromX = b.split(x, 1, u, u, u);
        Value z = gate(b, fromX.get(0), b.slice(inner, 1, 0, u));
        Value r = gate(b, fromX.get(1), b.slice(inner, 1, u, 2 * u));
        return next(b, h, z, fromX.get(2), b.matmul(b.times(r, h), candidate));
    }

    private Value gate(Builder b, Value fromX, Value fromH) {
        return b.add(recurrentActivation, b.plus(fromX, fromH));
    }

    private Value next(Builder b, Value h, Value z, Value fromX, Value q) {
        Value candidate = b.add(activation, b.plus(fromX, q));
        return b.plus(b.times(z, h), b.times(b.minus(b.constant(z.dtype(), 1), z), candidate));
    }
}
