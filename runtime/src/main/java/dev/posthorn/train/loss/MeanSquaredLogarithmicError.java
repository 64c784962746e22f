package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = mean (log(max(y, ε) + 1) − log(max(t, ε) + 1))²} along the last axis. Source: keras/src/losses/losses.py.
 */
public record MeanSquaredLogarithmicError(LossOptions options) implements Loss {
    public static final Codec<MeanSquaredLogarithmicError> CODEC = Codec.of(
            "MeanSquaredLogarithmicError",
            List.of("msle"),
            f -> new MeanSquaredLogarithmicError(
                    f.group(LossOptions.of("mean_squared_logarithmic_error"), MeanSquaredLogarithmicError::options)));

    public MeanSquaredLogarithmicError() {
        this(new LossOptions("mean_squared_logarithmic_error"));
    }

    @Override
    public Codec<MeanSquaredLogarithmicError> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return log(both.y()).minus(log(both.x())).square().mean(-1).v();
    }

    private static Expr log(Expr x) {
        return x.max(Logits.EPSILON).plus(1).log();
    }
}
