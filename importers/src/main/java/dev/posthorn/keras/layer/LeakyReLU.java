package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.keras.object.ElementwiseLayer;
import dev.posthorn.keras.object.Numbers;
import java.util.List;

/** {@code y[…] = x ≥ 0 ? x : negativeSlope · x}. Source: keras/src/layers/activations/leaky_relu.py. */
public record LeakyReLU(double negativeSlope) implements ElementwiseLayer {
    public static final Codec<LeakyReLU> CODEC = Codec.of(
            "LeakyReLU",
            f -> new LeakyReLU(f.of(List.of("negative_slope", "alpha"), Numbers.FLOAT, LeakyReLU::negativeSlope, 0.3)));

    @Override
    public Op op() {
        return new LeakyRelu(negativeSlope);
    }
}
