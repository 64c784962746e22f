package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L[…] = −Σ t log(p / Σ p)} along an axis; t is drawn to 1/n by label smoothing. Source: keras/src/losses/losses.py.
 */
public record CategoricalCrossentropy(LossOptions options, boolean fromLogits, double labelSmoothing, int axis)
        implements Loss {
    public static final Codec<CategoricalCrossentropy> CODEC = Codec.of(
            "CategoricalCrossentropy",
            f -> new CategoricalCrossentropy(
                    f.group(LossOptions.of("categorical_crossentropy"), CategoricalCrossentropy::options),
                    f.of("from_logits", FieldType.BOOL, CategoricalCrossentropy::fromLogits, false),
                    f.of("label_smoothing", FieldType.FLOAT, CategoricalCrossentropy::labelSmoothing, 0.0),
                    f.of("axis", FieldType.INT, CategoricalCrossentropy::axis, -1)));

    public CategoricalCrossentropy() {
        this(new LossOptions("categorical_crossentropy"), false, 0.0, -1);
    }

    @Override
    public Codec<CategoricalCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = Smoothing.categorical(y.with(yTrue).cast(y.dtype()), labelSmoothing);
        return Logits.categorical(t, y, fromLogits, axis).v();
    }
}
