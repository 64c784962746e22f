package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.Aligned;
import java.util.List;
import java.util.Optional;

/**
 * {@code 1 − Σ w (t − y)² / Σ w (t − mean t)²} for each column, then put together; adjusted for the number of regressors where
 * there are more samples than these.
 *
 * <p>(C1) predictions [batch×outputs], the outputs known. (C2) regressors at least 0. Source:
 * keras/src/metrics/regression_metrics.py.
 *
 * @param aggregation null where columns stay apart
 */
public record R2Score(MetricOptions options, Aggregation aggregation, int regressors) implements Metric {
    /** How columns are put together. */
    public enum Aggregation {
        UNIFORM_AVERAGE,
        VARIANCE_WEIGHTED_AVERAGE
    }

    public static final Codec<R2Score> CODEC = Codec.of(
            "R2Score",
            f -> new R2Score(
                    f.group(MetricOptions.of("r2_score"), R2Score::options),
                    f.of(
                            "class_aggregation",
                            FieldType.lower(Aggregation.class).orNull(),
                            R2Score::aggregation,
                            Aggregation.UNIFORM_AVERAGE),
                    f.of("num_regressors", FieldType.INT, R2Score::regressors, 0)));

    public R2Score {
        if (regressors < 0) { // (C2)
            throw new IllegalArgumentException("expected num_regressors of at least 0 but was " + regressors);
        }
    }

    @Override
    public Codec<R2Score> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public List<State> state(TensorType yPred) {
        int outputs = Matrices.columns("R2Score", yPred); // (C1)
        TensorType row = TensorType.f32(outputs);
        return List.of(
                new State("num_samples", new TensorType(DType.FLOAT32, Shape.SCALAR)),
                new State("squared_sum", row),
                new State("sum", row),
                new State("residual", row),
                new State("count", row));
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        Expr given = Expr.of(b, b.cast(yPred, options.dtype()));
        Aligned both = Aligned.targets(given.with(yTrue), given);
        Expr t = both.x();
        Expr y = both.y();
        Expr weight = sampleWeight.map(w -> y.with(w).cast(y.dtype())).orElse(y.number(1));
        Expr weights = (weight.rank() == 1 ? weight.expandDims(1) : weight).broadcastTo(t);
        Expr weighted = t.times(weights);
        return List.of(
                plus(y, state.get(0), t.count(DType.FLOAT32)),
                plus(y, state.get(1), t.times(weighted).sum(0)),
                plus(y, state.get(2), weighted.sum(0)),
                plus(y, state.get(3), t.minus(y).square().times(weights).sum(0)),
                plus(y, state.get(4), weights.sum(0)));
    }

    private static Value plus(Expr e, Value state, Expr more) {
        return e.with(state).plus(more.cast(state.dtype())).v();
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        Expr n = Expr.of(b, state.get(0));
        Expr sum = n.with(state.get(2));
        Expr mean = sum.over(n.with(state.get(4)));
        Expr total = n.with(state.get(1)).minus(sum.times(mean));
        Expr raw = n.with(state.get(3)).over(total).from(1);
        Expr infinite = raw.abs().equalTo(raw.number(Double.POSITIVE_INFINITY));
        Expr each = infinite.select(raw.number(0), raw);
        Expr score = aggregation == null
                ? each
                : aggregation == Aggregation.UNIFORM_AVERAGE
                        ? each.mean()
                        : total.times(each).sum().over(total.sum());
        if (regressors == 0) {
            return score.v();
        }
        Expr free = n.minus(regressors).minus(1);
        Expr adjusted = score.from(1).times(n.minus(1)).over(free).from(1);
        return n.minus(1)
                .greaterThan(n.number(regressors))
                .select(adjusted, score)
                .v();
    }
}
