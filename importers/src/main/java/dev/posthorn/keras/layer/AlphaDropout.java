package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;
import java.util.List;

/**
 * Elements set to the negative saturation of selu at random in training, else the input. Source:
 * keras/src/layers/regularization/alpha_dropout.py.
 */
public record AlphaDropout(double rate, Object seed, List<Integer> noiseShape) implements Noise {
    public static final Codec<AlphaDropout> CODEC = Codec.of(
            "AlphaDropout",
            f -> new AlphaDropout(
                    f.of("rate", Numbers.FLOAT, AlphaDropout::rate, null),
                    f.of("seed", FieldType.ANY, AlphaDropout::seed),
                    f.of("noise_shape", FieldType.listOf(FieldType.INT.orNull()).orNull(), AlphaDropout::noiseShape)));

    @Override
    public double strength() {
        return rate;
    }
}
