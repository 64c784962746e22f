package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * Counts of pairs (t, y) of classes, and from them intersection over union: what all IoU metrics are. Source:
 * keras/src/metrics/iou_metrics.py.
 *
 * @param targets the classes whose mean it is
 * @param ignoreClass which t do not count, or null
 * @param sparseTrue whether t is the number of a class, and not scores along an axis
 * @param sparsePred the same of y
 */
record Intersection(
        DType dtype,
        int classes,
        List<Integer> targets,
        Integer ignoreClass,
        boolean sparseTrue,
        boolean sparsePred,
        int axis) {
    private static final double EPSILON = 1e-7;

    static void check(int classes, List<Integer> targets) {
        if (classes < 1 || targets.isEmpty() || !targets.stream().allMatch(c -> c >= 0 && c < classes)) {
            throw new IllegalArgumentException("expected classes below " + classes + " but was " + targets);
        }
    }

    List<State> state() {
        return List.of(new State("total_confusion_matrix", new TensorType(dtype, Shape.of(classes, classes))));
    }

    List<Value> update(Builder b, List<Value> state, Value yTrue, Value yPred, Optional<Value> sampleWeight) {
        Expr t = numbers(Expr.of(b, yTrue), sparseTrue);
        Expr y = numbers(Expr.of(b, yPred), sparsePred);
        Expr given = sampleWeight.map(w -> y.with(w).cast(dtype)).orElse(y.number(1));
        Expr weight = (given.rank() > 1 ? given.flat() : given).broadcastTo(t);
        Expr counts = inside(t).and(inside(y));
        if (ignoreClass != null) {
            counts = counts.and(t.notEqualTo(t.number(ignoreClass)));
        }
        Expr zero = t.number(0);
        Expr rows = counts.select(t, zero).cast(DType.INT64).oneHot(Dim.of(classes), dtype);
        Expr columns = counts.select(y, zero).cast(DType.INT64).oneHot(Dim.of(classes), dtype);
        Expr weighted = columns.times(counts.select(weight, zero).expandDims(-1));
        return List.of(
                y.with(state.get(0)).plus(rows.transposed().matmul(weighted)).v());
    }

    private Expr numbers(Expr x, boolean sparse) {
        if (sparse) {
            return x.cast(dtype).flat();
        }
        int last = x.rank() - 1;
        int along = x.shape().axis(axis);
        if (along == last) {
            return Ranking.largest(x).cast(dtype).flat();
        }
        int[] order = new int[x.rank()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i == last ? along : i < along ? i : i + 1;
        }
        return Ranking.largest(x.with(x.b().transpose(x.v(), order)))
                .cast(dtype)
                .flat();
    }

    private Expr inside(Expr x) {
        return x.atLeast(x.number(0)).and(x.lessThan(x.number(classes)));
    }

    Value result(Builder b, List<Value> state) {
        Expr counts = Expr.of(b, state.get(0));
        Expr numbers = counts.iota(Dim.of(classes));
        Expr diagonal = numbers.expandDims(-1).equalTo(numbers);
        Expr common = diagonal.select(counts, counts.number(0)).sum(0);
        Expr union = counts.sum(0).plus(counts.sum(1)).minus(common);
        Value chosen = b.ints(targets.stream().mapToInt(i -> i).toArray());
        Expr hits = counts.with(b.gather(common.v(), chosen, 0)).cast(DType.FLOAT32);
        Expr all = counts.with(b.gather(union.v(), chosen, 0)).cast(DType.FLOAT32);
        Expr valid = all.greaterThan(all.number(1e-9));
        Expr ratios = valid.select(hits.over(all.plus(EPSILON)), all.number(0));
        return ratios.sum().over(valid.cast(DType.FLOAT32).sum().plus(EPSILON)).v();
    }
}
