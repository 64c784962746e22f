package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L[…] = max(max (1 − t) y − Σ t y + 1, 0)} along the last axis. Source: keras/src/losses/losses.py.
 */
public record CategoricalHinge(LossOptions options) implements Loss {
    public static final Codec<CategoricalHinge> CODEC = Codec.of(
            "CategoricalHinge",
            f -> new CategoricalHinge(f.group(LossOptions.of("categorical_hinge"), CategoricalHinge::options)));

    public CategoricalHinge() {
        this(new LossOptions("categorical_hinge"));
    }

    @Override
    public Codec<CategoricalHinge> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = y.with(yTrue).cast(y.dtype());
        Expr positive = t.times(y).sum(-1);
        Expr negative = t.from(1).times(y).largest(-1);
        return negative.minus(positive).plus(1).max(0).v();
    }
}
