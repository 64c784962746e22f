package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import java.util.List;
import java.util.Optional;

/** {@code Σ w v} over all values v. Source: keras/src/metrics/reduction_metrics.py. */
public record Sum(MetricOptions options) implements Metric {
    public static final Codec<Sum> CODEC =
            Codec.of("Sum", f -> new Sum(f.group(MetricOptions.of("sum"), Sum::options)));

    @Override
    public Codec<Sum> codec() {
        return CODEC;
    }

    @Override
    public List<State> state(TensorType yPred) {
        return List.of(new State("total", new TensorType(options.dtype(), Shape.SCALAR)));
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        Expr values = Expr.of(b, yPred);
        Samples.Weighted w = Samples.weighted(values, sampleWeight.map(values::with), Reduce.Fn.SUM, options.dtype());
        return List.of(values.with(state.get(0)).plus(w.values().sum()).v());
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        return state.get(0);
    }
}
