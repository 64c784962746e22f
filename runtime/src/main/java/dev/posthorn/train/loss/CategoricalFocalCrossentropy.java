package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;

/**
 * {@code L[…] = −Σ α (1 − p)^γ t log p} along an axis, p made to sum to 1 and clipped; t is drawn to 1/n by label smoothing.
 * Source: keras/src/losses/losses.py.
 *
 * @param alpha a weight for all classes, or one for each
 */
public record CategoricalFocalCrossentropy(
        LossOptions options, ClassWeights alpha, double gamma, boolean fromLogits, double labelSmoothing, int axis)
        implements Loss {
    public static final Codec<CategoricalFocalCrossentropy> CODEC = Codec.of(
            "CategoricalFocalCrossentropy",
            f -> new CategoricalFocalCrossentropy(
                    f.group(LossOptions.of("categorical_focal_crossentropy"), CategoricalFocalCrossentropy::options),
                    f.of("alpha", ClassWeights.TYPE, CategoricalFocalCrossentropy::alpha, ClassWeights.QUARTER),
                    f.of("gamma", FieldType.FLOAT, CategoricalFocalCrossentropy::gamma, 2.0),
                    f.of("from_logits", FieldType.BOOL, CategoricalFocalCrossentropy::fromLogits, false),
                    f.of("label_smoothing", FieldType.FLOAT, CategoricalFocalCrossentropy::labelSmoothing, 0.0),
                    f.of("axis", FieldType.INT, CategoricalFocalCrossentropy::axis, -1)));

    public CategoricalFocalCrossentropy() {
        this(new LossOptions("categorical_focal_crossentropy"), ClassWeights.QUARTER, 2.0, false, 0.0, -1);
    }

    @Override
    public Codec<CategoricalFocalCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = Smoothing.categorical(y.with(yTrue).cast(y.dtype()), labelSmoothing);
        Expr given = fromLogits ? Logits.softmax(y, axis) : y;
        Expr p = given.over(given.reduce(Reduce.Fn.SUM, true, axis)).clip(Logits.EPSILON, 1 - Logits.EPSILON);
        Expr entropy = t.neg().times(p.log());
        return p.from(1).pow(gamma).times(alpha.in(y)).times(entropy).sum(axis).v();
    }
}
