package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L[…] = mean max(1 − t y, 0)} along the last axis; t of 0 and 1 only is made −1 and 1. Source: keras/src/losses/losses.py.
 */
public record Hinge(LossOptions options) implements Loss {
    public static final Codec<Hinge> CODEC =
            Codec.of("Hinge", f -> new Hinge(f.group(LossOptions.of("hinge"), Hinge::options)));

    public Hinge() {
        this(new LossOptions("hinge"));
    }

    @Override
    public Codec<Hinge> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        return Signs.of(y.with(yTrue).cast(y.dtype()))
                .times(y)
                .from(1)
                .max(0)
                .mean(-1)
                .v();
    }
}
