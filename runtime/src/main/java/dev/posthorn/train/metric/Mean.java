package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** {@code Σ w v / Σ w} over all values v. Source: keras/src/metrics/reduction_metrics.py. */
public record Mean(MetricOptions options) implements Metric {
    public static final Codec<Mean> CODEC =
            Codec.of("Mean", f -> new Mean(f.group(MetricOptions.of("mean"), Mean::options)));

    @Override
    public Codec<Mean> codec() {
        return CODEC;
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
        return Samples.mean(b, state, yPred, sampleWeight, options.dtype());
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        return Samples.ratio(b, state);
    }
}
