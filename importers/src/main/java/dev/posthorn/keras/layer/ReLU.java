package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.ClippedRelu;
import dev.posthorn.keras.object.ElementwiseLayer;
import dev.posthorn.keras.object.Numbers;

/** The rectifier with all its parameters, see {@link ClippedRelu}. Source: keras/src/layers/activations/relu.py. */
public record ReLU(Double maxValue, double negativeSlope, double threshold) implements ElementwiseLayer {
    public static final Codec<ReLU> CODEC = Codec.of(
            "ReLU",
            f -> new ReLU(
                    f.of("max_value", Numbers.FLOAT.orNull(), ReLU::maxValue),
                    f.of("negative_slope", Numbers.FLOAT, ReLU::negativeSlope, 0.0),
                    f.of("threshold", Numbers.FLOAT, ReLU::threshold, 0.0)));

    @Override
    public Op op() {
        return new ClippedRelu(maxValue, negativeSlope, threshold);
    }
}
