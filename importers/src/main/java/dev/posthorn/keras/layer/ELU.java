package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.keras.object.ElementwiseLayer;
import dev.posthorn.keras.object.Numbers;

/** {@code y[…] = x > 0 ? x : alpha · (eˣ − 1)}. Source: keras/src/layers/activations/elu.py. */
public record ELU(double alpha) implements ElementwiseLayer {
    public static final Codec<ELU> CODEC = Codec.of("ELU", f -> new ELU(f.of("alpha", Numbers.FLOAT, ELU::alpha, 1.0)));

    @Override
    public Op op() {
        return new Elu(alpha);
    }
}
