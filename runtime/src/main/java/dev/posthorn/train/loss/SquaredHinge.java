package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L[…] = mean max(1 − t y, 0)²} along the last axis; t of 0 and 1 only is made −1 and 1. Source: keras/src/losses/losses.py.
 */
public record SquaredHinge(LossOptions options) implements Loss {
    public static final Codec<SquaredHinge> CODEC = Codec.of(
            "SquaredHinge", f -> new SquaredHinge(f.group(LossOptions.of("squared_hinge"), SquaredHinge::options)));

    public SquaredHinge() {
        this(new LossOptions("squared_hinge"));
    }

    @Override
    public Codec<SquaredHinge> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        return Signs.of(y.with(yTrue).cast(y.dtype()))
                .times(y)
                .from(1)
                .max(0)
                .square()
                .mean(-1)
                .v();
    }
}
