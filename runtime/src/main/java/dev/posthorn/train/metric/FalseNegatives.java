package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * How many are true, but not predicted, {@code y > threshold}, for each threshold. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½
 */
public record FalseNegatives(MetricOptions options, Thresholds thresholds) implements Metric {
    public static final Codec<FalseNegatives> CODEC = Codec.of(
            "FalseNegatives",
            f -> new FalseNegatives(
                    f.group(MetricOptions.of("false_negatives"), FalseNegatives::options),
                    f.of("thresholds", Thresholds.TYPE, FalseNegatives::thresholds)));

    @Override
    public Codec<FalseNegatives> codec() {
        return CODEC;
    }

    private Confusion confusion() {
        return Confusion.of(Thresholds.or(thresholds, 0.5), null, null);
    }

    @Override
    public List<State> state(TensorType yPred) {
        return confusion().state(yPred, List.of("accumulator"));
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return confusion().update(b, state, yTrue, yPred, sampleWeight, Confusion.Count.FALSE_NEGATIVES);
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        Expr counts = Expr.of(b, state.get(0));
        return counts.shape().dim(0) == 1 ? counts.squeeze(0).v() : counts.v();
    }
}
