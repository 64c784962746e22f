package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** Intersection over union of some classes, {@code tp / (tp + fp + fn)}. Source: keras/src/metrics/iou_metrics.py. */
interface OverUnion extends Metric {
    /** Of which classes, and how they are told. */
    Intersection intersection();

    @Override
    default Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    default List<State> state(TensorType yPred) {
        return intersection().state();
    }

    @Override
    default List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return intersection().update(b, state, yTrue, yPred, sampleWeight);
    }

    @Override
    default Value result(Builder b, List<Value> state) {
        return intersection().result(b, state);
    }
}
