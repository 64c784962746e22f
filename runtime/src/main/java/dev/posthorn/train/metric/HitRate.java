package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Of true and predicted together with others, how many are both, for each threshold. Source: keras/src/metrics/confusion_metrics.py. */
interface HitRate extends Metric {
    /** Null for ½, or for all scores where topK is given. */
    Thresholds thresholds();

    /** Of how many classes the scores count, or null for all. */
    Integer topK();

    /** Which class alone counts, or null for all. */
    Integer classId();

    /** What the others are. */
    Confusion.Count others();

    private Confusion confusion() {
        return Confusion.of(Thresholds.or(thresholds(), topK() == null ? 0.5 : Confusion.NEVER), topK(), classId());
    }

    @Override
    default Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    default List<State> state(TensorType yPred) {
        return confusion()
                .state(yPred, List.of("true_positives", others().name().toLowerCase(Locale.ROOT)));
    }

    @Override
    default List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return confusion().update(b, state, yTrue, yPred, sampleWeight, Confusion.Count.TRUE_POSITIVES, others());
    }

    @Override
    default Value result(Builder b, List<Value> state) {
        Expr hits = Expr.of(b, state.get(0));
        Expr ratio = hits.overNoNan(hits.plus(hits.with(state.get(1))));
        return ratio.shape().dim(0) == 1 ? ratio.squeeze(0).v() : ratio.v();
    }
}
