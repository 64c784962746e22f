package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;
import java.util.List;

/** Elements set to zero at random in training, else the input. Source: keras/src/layers/regularization/dropout.py. */
public record Dropout(double rate, Object seed, List<Integer> noiseShape) implements Noise {
    public static final Codec<Dropout> CODEC = Codec.of(
            "Dropout",
            f -> new Dropout(
                    f.of("rate", Numbers.FLOAT, Dropout::rate, null),
                    f.of("seed", FieldType.ANY, Dropout::seed),
                    f.of("noise_shape", FieldType.listOf(FieldType.INT.orNull()).orNull(), Dropout::noiseShape)));

    @Override
    public double strength() {
        return rate;
    }

    @Override
    public Value change(Call c, Value x) {
        return Seeds.dropout(c, x, rate, noiseShape);
    }
}
