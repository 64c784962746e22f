package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = mean −t log p − (1 − t) log(1 − p)} along an axis; t is drawn to ½ by label smoothing. Source: keras/src/losses/losses.py.
 */
public record BinaryCrossentropy(LossOptions options, boolean fromLogits, double labelSmoothing, int axis)
        implements Loss {
    public static final Codec<BinaryCrossentropy> CODEC = Codec.of(
            "BinaryCrossentropy",
            List.of("bce"),
            f -> new BinaryCrossentropy(
                    f.group(LossOptions.of("binary_crossentropy"), BinaryCrossentropy::options),
                    f.of("from_logits", FieldType.BOOL, BinaryCrossentropy::fromLogits, false),
                    f.of("label_smoothing", FieldType.FLOAT, BinaryCrossentropy::labelSmoothing, 0.0),
                    f.of("axis", FieldType.INT, BinaryCrossentropy::axis, -1)));

    public BinaryCrossentropy() {
        this(new LossOptions("binary_crossentropy"), false, 0.0, -1);
    }

    @Override
    public Codec<BinaryCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = Smoothing.binary(y.with(yTrue).cast(y.dtype()), labelSmoothing);
        return Logits.binary(t, y, fromLogits).mean(axis).v();
    }
}
