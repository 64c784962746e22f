package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import java.util.List;
import java.util.Optional;

/** What F-scores count and give. Source: keras/src/metrics/f_score_metrics.py. */
record FScore(Average average, double beta, Double threshold, DType dtype) {
    private static final double EPSILON = 1e-7;

    /** How classes are put together. */
    public enum Average {
        /** Counting all as one. */
        MICRO,
        MACRO,
        /** Each by how often it is true. */
        WEIGHTED
    }

    static void check(Double threshold) {
        if (threshold != null && !(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("expected a threshold in (0, 1] but was " + threshold);
        }
    }

    List<State> state(TensorType yPred) {
        Shape shape = Shape.of(Matrices.columns("F-score", yPred));
        TensorType t = new TensorType(dtype, average == Average.MICRO ? Shape.SCALAR : shape);
        return List.of(
                new State("true_positives", t),
                new State("false_positives", t),
                new State("false_negatives", t),
                new State("intermediate_weights", t));
    }

    List<Value> update(Builder b, List<Value> state, Value yTrue, Value yPred, Optional<Value> sampleWeight) {
        Expr scores = Expr.of(b, b.cast(yPred, dtype));
        Expr t = scores.with(b.cast(yTrue, dtype));
        Expr positive = threshold == null
                ? scores.atLeast(scores.reduce(Reduce.Fn.MAX, true, -1))
                        .and(scores.abs().greaterThan(scores.number(1e-9)))
                : scores.greaterThan(scores.number(threshold));
        Expr y = positive.cast(dtype);
        Optional<Expr> weight = sampleWeight.map(w -> y.with(w).cast(dtype).expandDims(1));
        return List.of(
                plus(state.get(0), y.times(t), weight),
                plus(state.get(1), y.times(t.from(1)), weight),
                plus(state.get(2), y.from(1).times(t), weight),
                plus(state.get(3), t, weight));
    }

    private Value plus(Value state, Expr counts, Optional<Expr> weight) {
        Expr weighted = weight.map(counts::times).orElse(counts);
        Expr sum = average == Average.MICRO ? weighted.sum() : weighted.sum(0);
        return counts.with(state).plus(sum).v();
    }

    Value result(Builder b, List<Value> state) {
        Expr hits = Expr.of(b, state.get(0));
        Expr precision = hits.over(hits.plus(hits.with(state.get(1))).plus(EPSILON));
        Expr recall = hits.over(hits.plus(hits.with(state.get(2))).plus(EPSILON));
        double square = beta * beta;
        Expr mean = precision
                .times(recall)
                .over(precision.times(square).plus(recall).plus(EPSILON));
        Expr score = mean.times(1 + square);
        if (average == Average.WEIGHTED) {
            Expr weights = hits.with(state.get(3));
            return score.times(weights.over(weights.sum().plus(EPSILON))).sum().v();
        }
        return average == null || score.rank() == 0 ? score.v() : score.mean().v();
    }
}
