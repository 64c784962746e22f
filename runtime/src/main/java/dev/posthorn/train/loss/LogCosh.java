package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/**
 * {@code L[…] = mean log cosh(y − t)} along the last axis, as {@code e + softplus(−2e) − log 2}. Source: keras/src/losses/losses.py.
 */
public record LogCosh(LossOptions options) implements Loss {
    public static final Codec<LogCosh> CODEC =
            Codec.of("LogCosh", f -> new LogCosh(f.group(LossOptions.of("log_cosh"), LogCosh::options)));

    public LogCosh() {
        this(new LossOptions("log_cosh"));
    }

    @Override
    public Codec<LogCosh> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        Expr error = both.y().minus(both.x());
        return error.plus(error.times(-2).apply(Unary.Fn.SOFTPLUS))
                .minus(Math.log(2))
                .mean(-1)
                .v();
    }
}
