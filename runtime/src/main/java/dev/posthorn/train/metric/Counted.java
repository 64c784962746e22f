package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** One of the four counts, for each threshold. Source: keras/src/metrics/confusion_metrics.py. */
interface Counted extends Metric {
    /** Null for ½. */
    Thresholds thresholds();

    Confusion.Count count();

    private Confusion confusion() {
        return Confusion.of(Thresholds.or(thresholds(), 0.5), null, null);
    }

    @Override
    default List<State> state(TensorType yPred) {
        return confusion().state(yPred, List.of("accumulator"));
    }

    @Override
    default List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return confusion().update(b, state, yTrue, yPred, sampleWeight, count());
    }

    @Override
    default Value result(Builder b, List<Value> state) {
        Expr counts = Expr.of(b, state.get(0));
        return counts.shape().dim(0) == 1 ? counts.squeeze(0).v() : counts.v();
    }
}
