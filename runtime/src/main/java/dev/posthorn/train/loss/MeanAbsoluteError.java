package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = mean |t − y|} along the last axis. Source: keras/src/losses/losses.py.
 */
public record MeanAbsoluteError(LossOptions options) implements Loss {
    public static final Codec<MeanAbsoluteError> CODEC = Codec.of(
            "MeanAbsoluteError",
            List.of("mae"),
            f -> new MeanAbsoluteError(f.group(LossOptions.of("mean_absolute_error"), MeanAbsoluteError::options)));

    public MeanAbsoluteError() {
        this(new LossOptions("mean_absolute_error"));
    }

    @Override
    public Codec<MeanAbsoluteError> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return both.x().minus(both.y()).abs().mean(-1).v();
    }
}
