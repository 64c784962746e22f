package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;

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

    @Override
    public Value change(Call c, Value x) {
        Builder b = c.builder();
        return b.plus(x, Seeds.normal(b, Seeds.next(c), x.dtype(), 0, stddev, b.dims(x)));
    }
}
