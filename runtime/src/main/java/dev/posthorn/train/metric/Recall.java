package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * How many of those true are both true and predicted, {@code y > threshold}, for each threshold. Source:
 * keras/src/metrics/confusion_metrics.py.
 *
 * @param thresholds null for ½, or for all scores where topK is given
 * @param topK of how many classes the scores count, or null for all
 * @param classId which class alone counts, or null for all
 */
public record Recall(MetricOptions options, Thresholds thresholds, Integer topK, Integer classId) implements Metric {
    public static final Codec<Recall> CODEC = Codec.of(
            "Recall",
            f -> new Recall(
                    f.group(MetricOptions.of("recall"), Recall::options),
                    f.of("thresholds", Thresholds.TYPE, Recall::thresholds),
                    f.of("top_k", FieldType.INT.orNull(), Recall::topK),
                    f.of("class_id", FieldType.INT.orNull(), Recall::classId)));

    @Override
    public Codec<Recall> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private Confusion confusion() {
        return Confusion.of(Thresholds.or(thresholds, topK == null ? 0.5 : Confusion.NEVER), topK, classId);
    }

    @Override
    public List<State> state(TensorType yPred) {
        return confusion().state(yPred, List.of("true_positives", "false_negatives"));
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return confusion()
                .update(
                        b,
                        state,
                        yTrue,
                        yPred,
                        sampleWeight,
                        Confusion.Count.TRUE_POSITIVES,
                        Confusion.Count.FALSE_NEGATIVES);
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        Expr hits = Expr.of(b, state.get(0));
        Expr ratio = hits.overNoNan(hits.plus(hits.with(state.get(1))));
        return ratio.shape().dim(0) == 1 ? ratio.squeeze(0).v() : ratio.v();
    }
}
