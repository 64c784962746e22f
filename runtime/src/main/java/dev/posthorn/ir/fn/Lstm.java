package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * Long short-term memory, gates in Keras' order i f c o:
 * {@code x[b×t×in], kernel[in×4u], recurrent[u×4u], bias[4u], h[b×u], c[b×u] (, mask[b×t]) → y[b×t×u], h[b×u], c[b×u]}.
 *
 * <p>{@code zi zf zc zo = x[t]·kernel + bias + h·recurrent}, {@code c' = σ(zf)·c + σ(zi)·φ(zc)},
 * {@code y[t] = h' = σ(zo)·φ(c')} with σ the recurrent activation and φ the activation. Where the mask is false h and c
 * stay, and y is zero or as the step before, see {@link Recurrence}. With {@code reverse} the steps run from the last t
 * to the first; y[t] still stands at t. A layer without a bias gives zeros. Source: keras.layers.LSTM.
 */
public record Lstm(Op activation, Op recurrentActivation, boolean reverse, boolean masked, boolean zeroOutputForMask)
        implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(masked ? 7 : 6);
        Value projected = Recurrence.project(b, in.get(0), in.get(1), in.get(3));
        return new Recurrence(reverse, masked, zeroOutputForMask)
                .run(
                        b,
                        projected,
                        in.subList(4, 6),
                        in.subList(2, 3),
                        masked ? in.get(6) : null,
                        (s, x, states, captures) -> step(s, x, states, captures.get(0)));
    }

    /** One step on x·kernel + bias: the next h, which is the output, and c. */
    public List<Value> step(Builder b, Value x, List<Value> states, Value recurrent) {
        return gates(b, b.plus(x, b.matmul(states.get(0), recurrent)), states.get(1), Recurrence.units(recurrent));
    }

    /** The next h and c, from the sums z of all four gates along the last axis, and the c before. */
    public List<Value> gates(Builder b, Value z, Value before, int u) {
        List<Value> gates = b.split(z, -1, u, u, u, u);
        Value i = b.add(recurrentActivation, gates.get(0));
        Value f = b.add(recurrentActivation, gates.get(1));
        Value o = b.add(recurrentActivation, gates.get(3));
        Value c = b.plus(b.times(f, before), b.times(i, b.add(activation, gates.get(2))));
        return List.of(b.times(o, b.add(activation, c)), c);
    }
}
