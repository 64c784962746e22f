package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import dev.posthorn.train.loss.Aligned;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Counts of right and wrong predictions at several thresholds: {@code t, y[batch×…] → [thresholds]}, or for each label
 * {@code [thresholds×labels]}. Everything is counted in float32. Source: keras/src/metrics/metrics_utils.py.
 *
 * @param even whether the thresholds are at equal distances, so that numbers fall into classes between them
 * @param topK of how many classes the scores count, or null for all
 * @param classId which class alone counts, or null for all
 * @param multiLabel whether labels are counted apart
 * @param labelWeights a weight for each label, or none
 */
record Confusion(
        List<Double> thresholds,
        boolean even,
        Integer topK,
        Integer classId,
        boolean multiLabel,
        List<Double> labelWeights) {
    static final double NEVER = -1e10;

    /** What is counted; the names of the states. */
    enum Count {
        TRUE_POSITIVES,
        FALSE_POSITIVES,
        TRUE_NEGATIVES,
        FALSE_NEGATIVES
    }

    static Confusion of(List<Double> thresholds, Integer topK, Integer classId) {
        return new Confusion(thresholds, Thresholds.areEven(thresholds), topK, classId, false, List.of());
    }

    /** A state for each count. */
    List<State> state(TensorType yPred, List<String> names) {
        Shape shape = Shape.of(thresholds.size());
        if (multiLabel) {
            shape = shape.append(Matrices.columns("multi_label", yPred));
        }
        TensorType type = new TensorType(DType.FLOAT32, shape);
        return names.stream().map(n -> new State(n, type)).toList();
    }

    /** The states with what a batch adds to them. */
    List<Value> update(
            Builder b, List<Value> state, Value yTrue, Value yPred, Optional<Value> sampleWeight, Count... counts) {
        Expr e = Expr.of(b, yPred);
        Aligned both = Aligned.of(e.cast(DType.FLOAT32), e.with(yTrue).cast(DType.FLOAT32));
        Expr y = both.x();
        Expr t = both.y();
        Optional<Expr> weight = sampleWeight.map(
                w -> Aligned.of(t, e.with(w).cast(DType.FLOAT32).expandDims(-1), false)
                        .y());
        Expr labels = t;
        if (topK != null) {
            y = largest(y, topK);
        }
        if (classId != null) {
            y = column(y);
            labels = column(labels);
        }
        Expr weights = weights(y, weight);
        if (!multiLabel) {
            y = y.flat().expandDims(1);
            labels = labels.flat().expandDims(1);
            weights = weights.flat().expandDims(1);
        }
        Expr truth = labels.notEqualTo(labels.number(0));
        Counted c = even ? classes(truth, y, weights) : each(truth, y, weights);
        List<Value> after = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            Expr more = multiLabel ? c.get(counts[i]) : c.get(counts[i]).squeeze(1);
            after.add(e.with(state.get(i)).plus(more).v());
        }
        return after;
    }

    private record Counted(Expr tp, Expr fp, Expr tn, Expr fn) {
        Expr get(Count count) {
            return switch (count) {
                case TRUE_POSITIVES -> tp;
                case FALSE_POSITIVES -> fp;
                case TRUE_NEGATIVES -> tn;
                case FALSE_NEGATIVES -> fn;
            };
        }
    }

    private Expr weights(Expr y, Optional<Expr> sampleWeight) {
        Expr weights =
                sampleWeight.map(w -> w.broadcastTo(y)).orElse(y.number(1).broadcastTo(y));
        if (labelWeights.isEmpty()) {
            return weights;
        }
        float[] each = new float[labelWeights.size()];
        for (int i = 0; i < each.length; i++) {
            each[i] = labelWeights.get(i).floatValue();
        }
        return weights.times(y.with(y.b().constant(Tensor.of(Shape.of(1, each.length), each))));
    }

    /** Compares every score with every threshold. */
    private Counted each(Expr truth, Expr y, Expr weights) {
        float[] limits = new float[thresholds.size()];
        for (int i = 0; i < limits.length; i++) {
            limits[i] = thresholds.get(i).floatValue();
        }
        Value all = y.b().constant(Tensor.of(Shape.of(limits.length, 1, 1), limits));
        Expr positive = y.expandDims(0).greaterThan(y.with(all));
        Expr negative = positive.not();
        Expr isTrue = truth.expandDims(0);
        Expr isFalse = isTrue.not();
        Expr w = weights.expandDims(0);
        return new Counted(
                sum(isTrue.and(positive), w),
                sum(isFalse.and(positive), w),
                sum(isFalse.and(negative), w),
                sum(isTrue.and(negative), w));
    }

    private static Expr sum(Expr which, Expr weights) {
        return which.select(weights, weights.number(0)).sum(1);
    }

    /** Puts each score between its two thresholds, and adds up from the largest on. */
    private Counted classes(Expr truth, Expr y, Expr weights) {
        int n = thresholds.size();
        Expr right = truth.cast(DType.FLOAT32).times(weights);
        Expr wrong = truth.cast(DType.FLOAT32).from(1).times(weights);
        Expr place = y.clip(0, 1).times(n - 1).apply(Unary.Fn.CEIL).minus(1);
        if (thresholds.get(0) < 0 || thresholds.get(n - 1) > 1) {
            place = place.max(0);
        }
        Expr in = place.cast(DType.INT32).oneHot(Dim.of(n), DType.FLOAT32);
        Expr tp = above(in, right);
        Expr fp = above(in, wrong);
        return new Counted(
                tp,
                fp,
                wrong.sum(0).expandDims(0).minus(fp),
                right.sum(0).expandDims(0).minus(tp));
    }

    /** {@code [thresholds×labels]} of what is above each threshold. */
    private static Expr above(Expr in, Expr counts) {
        Expr byLabel = in.times(counts.expandDims(-1)).sum(0).transposed();
        return byLabel.with(byLabel.b().add(new CumSum(0, false, true), byLabel.v()));
    }

    private Expr column(Expr x) {
        if (x.rank() < 2) {
            throw new ShapeException("class_id: expected scores [batch×classes] but was " + x.v().type());
        }
        return x.with(x.b().slice(x.v(), -1, classId, classId + 1));
    }

    /** The k largest scores of the last axis; the others are never reached. */
    private static Expr largest(Expr y, int k) {
        Builder b = y.b();
        Dim n = b.dim(y.v(), -1);
        Expr at = y.cast(DType.INT32).iota(n).broadcastTo(y);
        Value order =
                b.addAll(new Sort(y.rank() - 1, true), List.of(y.v(), at.v())).get(1);
        Expr first = y.with(b.slice(order, -1, 0, k));
        Expr kept = first.oneHot(n, DType.FLOAT32).reduce(Reduce.Fn.SUM, false, -2);
        return y.times(kept).plus(kept.from(1).times(NEVER));
    }
}
