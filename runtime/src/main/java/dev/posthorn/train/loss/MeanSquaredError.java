package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = mean (t − y)²} along the last axis. Source: keras/src/losses/losses.py.
 */
public record MeanSquaredError(LossOptions options) implements Loss {
    public static final Codec<MeanSquaredError> CODEC = Codec.of(
            "MeanSquaredError",
            List.of("mse"),
            f -> new MeanSquaredError(f.group(LossOptions.of("mean_squared_error"), MeanSquaredError::options)));

    public MeanSquaredError() {
        this(new LossOptions("mean_squared_error"));
    }

    @Override
    public Codec<MeanSquaredError> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return both.x().minus(both.y()).square().mean(-1).v();
    }
}
