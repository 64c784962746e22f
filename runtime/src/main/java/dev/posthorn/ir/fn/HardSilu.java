package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** {@code y[…] = x · min(max(x + 3, 0), 6) / 6}, also called hard swish. Source: keras.activations.hard_silu. */
public record HardSilu() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.times(x, HardSigmoid.KERAS3.apply(b, x));
    }
}
