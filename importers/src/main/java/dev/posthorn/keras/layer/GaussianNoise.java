package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;

/** Gaussian noise added in training, else the input. Source: keras/src/layers/regularization/gaussian_noise.py. */
public record GaussianNoise(double stddev, Object seed) implements Noise {
    public static final Codec<GaussianNoise> CODEC = Codec.of(
            "GaussianNoise",
            f -> new GaussianNoise(
                    f.of("stddev", Numbers.FLOAT, GaussianNoise::stddev, null),
                    f.of("seed", FieldType.ANY, GaussianNoise::seed)));

    @Override
    public double strength() {
        return stddev;
    }
}
