package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;
import java.util.Arrays;
import java.util.List;

/**
 * Whole channels set to zero at random in training, else the input. Source:
 * keras/src/layers/regularization/spatial_dropout.py.
 */
public record SpatialDropout(int rank, double rate, Object seed, DataFormat dataFormat) implements Noise {
    public static Codec<SpatialDropout> codec(int rank) {
        List<String> format = rank == 1 ? List.of("") : List.of("data_format", "");
        return Codec.of(
                "SpatialDropout" + rank + "D",
                f -> new SpatialDropout(
                        rank,
                        f.of("rate", Numbers.FLOAT, SpatialDropout::rate, null),
                        f.of("seed", FieldType.ANY, SpatialDropout::seed),
                        f.of(format, DataFormat.TYPE, SpatialDropout::dataFormat, DataFormat.CHANNELS_LAST)));
    }

    @Override
    public String className() {
        return "SpatialDropout" + rank + "D";
    }

    @Override
    public double strength() {
        return rate;
    }

    @Override
    public Value change(Call c, Value x) {
        Integer[] shape = new Integer[rank + 2];
        int channels = dataFormat == DataFormat.CHANNELS_LAST ? rank + 1 : 1;
        for (int i = 1; i < shape.length; i++) {
            shape[i] = i == channels ? null : Integer.valueOf(1);
        }
        return Seeds.dropout(c, x, rate, Arrays.asList(shape));
    }
}
