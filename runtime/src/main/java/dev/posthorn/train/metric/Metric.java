package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * A figure over many batches. A record of its configuration; what it has seen is in its state, which starts with zeros and is
 * reset to them.
 */
public interface Metric {
    Codec<? extends Metric> codec();

    MetricOptions options();

    /** Whether less is better: what {@code mode="auto"} of callbacks asks. Empty where it cannot be said. */
    default Optional<Boolean> lessIsBetter() {
        return Optional.empty();
    }

    /** The variables for predictions of this type, in Keras's order. */
    List<State> state(TensorType yPred);

    /**
     * What a batch adds to the state.
     *
     * @param yTrue the targets; metrics of values alone ({@link Mean}) leave them out of account
     * @param yPred the predictions, or the values
     * @param mask which of the predictions count: their Keras mask
     */
    List<Value> update(
            Builder b, List<Value> state, Value yTrue, Value yPred, Optional<Value> sampleWeight, Optional<Value> mask);

    /** The figure. */
    Value result(Builder b, List<Value> state);
}
