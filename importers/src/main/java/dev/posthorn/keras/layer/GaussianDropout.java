package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;

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

    @Override
    public Value change(Call c, Value x) {
        Builder b = c.builder();
        return b.times(x, Seeds.normal(b, Seeds.next(c), x.dtype(), 1, Math.sqrt(rate / (1 - rate)), b.dims(x)));
    }
}
