package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L[…] = mean y − t log(y + ε)} along the last axis. Source: keras/src/losses/losses.py.
 */
public record Poisson(LossOptions options) implements Loss {
    public static final Codec<Poisson> CODEC =
            Codec.of("Poisson", f -> new Poisson(f.group(LossOptions.of("poisson"), Poisson::options)));

    public Poisson() {
        this(new LossOptions("poisson"));
    }

    @Override
    public Codec<Poisson> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = y.with(yTrue).cast(y.dtype());
        return y.minus(t.times(y.plus(Logits.EPSILON).log())).mean(-1).v();
    }
}
