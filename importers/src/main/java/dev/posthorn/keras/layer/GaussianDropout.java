package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;

/**
 * Elements times Gaussian noise around 1 in training, else the input. Source:
 * keras/src/layers/regularization/gaussian_dropout.py.
 */
public record GaussianDropout(double rate, Object seed) implements Noise {
    public static final Codec<GaussianDropout> CODEC = Codec.of(
            "GaussianDropout",
            f -> new GaussianDropout(
                    f.of("rate", Numbers.FLOAT, GaussianDropout::rate, null),
                    f.of("seed", FieldType.ANY, GaussianDropout::seed)));

    @Override
    public double strength() {
        return rate;
    }
}
