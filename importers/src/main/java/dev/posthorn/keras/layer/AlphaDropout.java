package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.Noise;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;
import java.util.List;

/**
 * Elements set to the negative saturation of selu at random in training, else the input. Source:
 * keras/src/layers/regularization/alpha_dropout.py.
 */
public record AlphaDropout(double rate, Object seed, List<Integer> noiseShape) implements Noise {
    private static final double SELU_ALPHA = 1.6732632423543772;
    private static final double SELU_SCALE = 1.0507009873554805;

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

    @Override
    public Value change(Call c, Value x) {
        Builder b = c.builder();
        Value drawn = Seeds.uniform(b, Seeds.next(c), DType.FLOAT32, 0, 1, Seeds.shape(b, x, noiseShape));
        Value keep = b.cast(b.compare(Compare.Fn.GE, drawn, b.constant(DType.FLOAT32, rate)), x.dtype());
        double low = -SELU_ALPHA * SELU_SCALE;
        double a = 1 / Math.sqrt((1 - rate) * (1 + rate * low * low));
        Value dropped = b.binary(Binary.Fn.MUL, b.minus(b.constant(x.dtype(), 1), keep), low);
        Value y = b.plus(b.times(x, keep), dropped);
        return b.binary(Binary.Fn.ADD, b.binary(Binary.Fn.MUL, y, a), -a * low * rate);
    }
}
