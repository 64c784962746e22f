package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.train.loss.Aligned;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Values of samples, added up: what means are made of. Source: keras/src/metrics/reduction_metrics.py. */
final class Samples {
    private Samples() {}

    /** A total and a count. */
    static List<State> state(DType dtype) {
        TensorType scalar = new TensorType(dtype, Shape.SCALAR);
        return List.of(new State("total", scalar), new State("count", scalar));
    }

    /** Total and count with the values of a batch. */
    static List<Value> mean(Builder b, List<Value> state, Value values, Optional<Value> sampleWeight, DType dtype) {
        Weighted w = weighted(Expr.of(b, values), sampleWeight.map(s -> Expr.of(b, s)), Reduce.Fn.MEAN, dtype);
        Expr count = w.weight.isPresent() ? w.weight.get().sum() : w.values.count(dtype);
        return List.of(
                w.values.with(state.get(0)).plus(w.values.sum()).v(),
                w.values.with(state.get(1)).plus(count.cast(dtype)).v());
    }

    static Value ratio(Builder b, List<Value> state) {
        return Expr.of(b, state.get(0)).overNoNan(Expr.of(b, state.get(1))).v();
    }

    /** A value a sample, weighted, and the weight of each. */
    record Weighted(Expr values, Optional<Expr> weight) {}

    /** Reduces all axes but the first, after weighting. */
    static Weighted weighted(Expr given, Optional<Expr> sampleWeight, Reduce.Fn fn, DType dtype) {
        Expr values = given.cast(dtype);
        if (sampleWeight.isEmpty()) {
            return new Weighted(rest(values, 1, fn), Optional.empty());
        }
        Aligned both = Aligned.of(values, sampleWeight.get().cast(dtype));
        values = both.x();
        Expr weight = both.y();
        int rank = weight.rank();
        values = rest(values, rank, fn);
        weight = weight.broadcastTo(values);
        values = values.times(weight);
        return new Weighted(rest(values, 1, fn), Optional.of(rank > 1 ? rest(weight, 1, fn) : weight));
    }

    private static Expr rest(Expr x, int from, Reduce.Fn fn) {
        return x.rank() <= from
                ? x
                : x.reduce(fn, false, IntStream.range(from, x.rank()).toArray());
    }

    /** The product, of one rank. */
    static Expr times(Expr weight, Expr mask) {
        Aligned both = Aligned.of(mask, weight);
        return both.y().times(both.x());
    }
}
