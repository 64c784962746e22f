package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * The best of one rate where another is at least the one given, over thresholds from 0 to 1. Source:
 * keras/src/metrics/confusion_metrics.py.
 */
interface RateAtRate extends Metric {
    int thresholds();

    /** Which class alone counts, or null for all. */
    Integer classId();

    /** What must be at least {@link #least}. */
    Expr bound(Rates rates);

    double least();

    /** What is to be large. */
    Expr wanted(Rates rates);

    private Confusion confusion() {
        return new Confusion(Thresholds.even(thresholds()), thresholds() > 1, null, classId(), false, List.of());
    }

    @Override
    default Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    default List<State> state(TensorType yPred) {
        return confusion().state(yPred, Rates.NAMES);
    }

    @Override
    default List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return confusion().update(b, state, yTrue, yPred, sampleWeight, Rates.all());
    }

    @Override
    default Value result(Builder b, List<Value> state) {
        Rates rates = Rates.of(b, state);
        return Rates.best(wanted(rates), bound(rates), least());
    }
}
