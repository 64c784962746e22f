package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * A fully connected recurrent layer, {@code y[t] = h' = φ(x[t]·kernel + bias + h·recurrent)}:
 * {@code x[b×t×in], kernel[in×u], recurrent[u×u], bias[u], h[b×u] (, mask[b×t]) → y[b×t×u], h[b×u]}.
 *
 * <p>Mask, {@code reverse} and an absent bias are as in {@link Lstm}. Source: keras.layers.SimpleRNN.
 */
public record SimpleRnn(Op activation, boolean reverse, boolean masked, boolean zeroOutputForMask)
        implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(masked ? 6 : 5);
        Value projected = Recurrence.project(b, in.get(0), in.get(1), in.get(3));
        return new Recurrence(reverse, masked, zeroOutputForMask)
                .run(
                        b,
                        projected,
                        in.subList(4, 5),
                        in.subList(2, 3),
                        masked ? in.get(5) : null,
                        (s, x, states, captures) ->
                                List.of(s.add(activation, s.plus(x, s.matmul(states.get(0), captures.get(0))))));
    }
}
