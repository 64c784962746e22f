package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = 100 · mean |(t − y) / max(|t|, ε)|} along the last axis. Source: keras/src/losses/losses.py.
 */
public record MeanAbsolutePercentageError(LossOptions options) implements Loss {
    public static final Codec<MeanAbsolutePercentageError> CODEC = Codec.of(
            "MeanAbsolutePercentageError",
            List.of("mape"),
            f -> new MeanAbsolutePercentageError(
                    f.group(LossOptions.of("mean_absolute_percentage_error"), MeanAbsolutePercentageError::options)));

    public MeanAbsolutePercentageError() {
        this(new LossOptions("mean_absolute_percentage_error"));
    }

    @Override
    public Codec<MeanAbsolutePercentageError> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        Expr relative = both.x().minus(both.y()).over(both.x().abs().max(Logits.EPSILON));
        return relative.abs().mean(-1).times(100).v();
    }
}
