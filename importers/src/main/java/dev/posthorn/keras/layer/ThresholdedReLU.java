package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.Threshold;
import dev.posthorn.keras.object.ElementwiseLayer;
import dev.posthorn.keras.object.Numbers;

/** {@code y[…] = x > theta ? x : 0}; a layer of Keras 2 only. Source: tf.keras.layers.ThresholdedReLU. */
public record ThresholdedReLU(double theta) implements ElementwiseLayer {
    public static final Codec<ThresholdedReLU> CODEC = Codec.of(
            "ThresholdedReLU", f -> new ThresholdedReLU(f.of("theta", Numbers.FLOAT, ThresholdedReLU::theta, 1.0)));

    @Override
    public Op op() {
        return new Threshold(theta, 0);
    }
}
