package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.Aligned;
import java.util.List;
import java.util.Optional;

/** {@code √ mean (y − t)²}. Source: keras/src/metrics/regression_metrics.py. */
public record RootMeanSquaredError(MetricOptions options) implements Metric {
    public static final Codec<RootMeanSquaredError> CODEC = Codec.of(
            "RootMeanSquaredError",
            f -> new RootMeanSquaredError(
                    f.group(MetricOptions.of("root_mean_squared_error"), RootMeanSquaredError::options)));

    @Override
    public Codec<RootMeanSquaredError> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public List<State> state(TensorType yPred) {
        return Samples.state(options.dtype());
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        Expr y = Expr.of(b, b.cast(yPred, options.dtype()));
        Aligned both = Aligned.targets(y.with(yTrue), y);
        Value squares = both.y().minus(both.x()).square().v();
        return Samples.mean(b, state, squares, sampleWeight, options.dtype());
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        return Expr.of(b, Samples.ratio(b, state)).sqrt().v();
    }
}
