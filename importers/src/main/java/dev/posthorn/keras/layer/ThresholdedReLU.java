package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.ClippedRelu;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.ElementwiseLayer;
import dev.posthorn.keras.object.Numbers;

/** {@code y[…] = x > theta ? x : 0}; a layer of Keras 2 only. Source: tf.keras.layers.ThresholdedReLU. */
public record ThresholdedReLU(double theta) implements ElementwiseLayer {
    public static final Codec<ThresholdedReLU> CODEC = Codec.of(
            "ThresholdedReLU", f -> new ThresholdedReLU(f.of("theta", Numbers.FLOAT, ThresholdedReLU::theta, 1.0)));

    @Override
    public Op op() {
        return new ClippedRelu(null, 0, theta);
    }

    @Override
    public Layer in(Dialect dialect) {
        return dialect == Dialect.KERAS3 ? new ReLU(null, 0, theta) : this;
    }
}
