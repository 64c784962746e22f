package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L = 1 − Σ t y / (Σ t y + α Σ (1 − y) t + β Σ y (1 − t) + ε)} over some axes, or all. Source: keras/src/losses/losses.py.
 */
public record Tversky(LossOptions options, double alpha, double beta, Along axis) implements Loss {
    public static final Codec<Tversky> CODEC = Codec.of(
            "Tversky",
            f -> new Tversky(
                    f.group(LossOptions.of("tversky"), Tversky::options),
                    f.of("alpha", FieldType.FLOAT, Tversky::alpha, 0.5),
                    f.of("beta", FieldType.FLOAT, Tversky::beta, 0.5),
                    f.of("axis", Along.TYPE, Tversky::axis, Along.ALL)));

    public Tversky() {
        this(new LossOptions("tversky"), 0.5, 0.5, Along.ALL);
    }

    @Override
    public Codec<Tversky> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = y.with(yTrue).cast(y.dtype());
        Expr common = t.times(y).sum(axis.array());
        Expr missed = y.from(1).times(t).sum(axis.array()).times(alpha);
        Expr wrong = y.times(t.from(1)).sum(axis.array()).times(beta);
        return common.over(common.plus(missed).plus(wrong).plus(Logits.EPSILON))
                .from(1)
                .v();
    }
}
