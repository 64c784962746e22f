package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** A metric that is the mean of a function's values. Source: keras/src/metrics/reduction_metrics.py. */
interface MeanOf extends Metric {
    /** A value for each sample. */
    Value values(Builder b, Value yTrue, Value yPred);

    /** Which values count, where the function itself says so; it matters where samples are weighted. */
    default Optional<Value> valuesMask(Builder b, Value yTrue, Value yPred) {
        return Optional.empty();
    }

    @Override
    default List<State> state(TensorType yPred) {
        return Samples.state(options().dtype());
    }

    @Override
    default List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        DType dtype = options().dtype();
        Value values = values(b, yTrue, yPred);
        Optional<Value> weight = masked(b, sampleWeight, mask, dtype);
        if (weight.isPresent()) {
            weight = masked(b, weight, valuesMask(b, yTrue, yPred), dtype);
        }
        return Samples.mean(b, state, values, weight, dtype);
    }

    private static Optional<Value> masked(Builder b, Optional<Value> weight, Optional<Value> mask, DType dtype) {
        if (mask.isEmpty()) {
            return weight;
        }
        Expr m = Expr.of(b, b.cast(mask.get(), dtype));
        return Optional.of(weight.map(w -> Samples.times(m.with(b.cast(w, dtype)), m))
                .orElse(m)
                .v());
    }

    @Override
    default Value result(Builder b, List<Value> state) {
        return Samples.ratio(b, state);
    }
}
