package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.sparse.SparseGroups;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Elements of sparse tensors taken together: those that agree in the axes that are left. What has no element is 0. */
final class SparseReductions {
    static final List<TfOp> ALL = List.of(
            one("SparseReduceSum", s -> dense(s, Scatter.Fn.ADD)),
            one("SparseReduceMax", s -> dense(s, Scatter.Fn.MAX)),
            many("SparseReduceSumSparse", s -> sparse(s, Scatter.Fn.ADD)),
            many("SparseReduceMaxSparse", s -> sparse(s, Scatter.Fn.MAX)),
            one("SparseSoftmax", SparseReductions::softmax));

    private SparseReductions() {}

    /** The axes that are left. */
    private static List<Integer> left(Site s) {
        int rank = s.shape(2).dim(0);
        TreeSet<Integer> left = new TreeSet<>();
        IntStream.range(0, rank).forEach(left::add);
        int[] axes = s.ints(3);
        Shape any = Shape.of(IntStream.generate(() -> Shape.UNKNOWN).limit(rank).toArray());
        Arrays.stream(axes).forEach(a -> left.remove(any.axis(a)));
        return List.copyOf(left);
    }

    /** The groups' places, and what their elements come to. */
    private static List<Value> grouped(Site s, Scatter.Fn fn, List<Integer> left) {
        Builder b = s.b();
        List<Value> groups = b.addAll(new SparseGroups(left), List.of(s.in(0)));
        return List.of(groups.get(0), gathered(s, fn, s.in(1), groups));
    }

    private static Value gathered(Site s, Scatter.Fn fn, Value values, List<Value> groups) {
        Builder b = s.b();
        Value least = Segments.neutral(b, fn, values.dtype());
        Value first = b.broadcastTo(least, b.dim(groups.get(0), 0));
        return b.add(new Scatter(fn), first, groups.get(1), values);
    }

    private static Value dense(Site s, Scatter.Fn fn) {
        Builder b = s.b();
        List<Integer> left = left(s);
        List<Value> grouped = grouped(s, fn, left);
        List<Dim> shape = s.dims(2);
        Dim[] dims = left.stream().map(shape::get).toArray(Dim[]::new);
        Value sizes = b.cast(b.gather(s.in(2), places(s, left), 0), DType.INT64);
        Value places = Sparses.places(s, grouped.get(0), sizes, true);
        Value zeros = b.reshape(b.broadcastTo(b.constant(s.dtype(1), 0), dims), -1);
        Value y = b.add(new Scatter(Scatter.Fn.SET), zeros, places, grouped.get(1));
        Dim[] kept = new Dim[shape.size()];
        Arrays.fill(kept, Dim.of(1));
        left.forEach(a -> kept[a] = shape.get(a));
        return b.reshape(y, s.attributes().bool("keep_dims", false) ? kept : dims);
    }

    private static Value places(Site s, List<Integer> axes) {
        return s.b().ints(axes.stream().mapToInt(a -> a).toArray());
    }

    private static List<Value> sparse(Site s, Scatter.Fn fn) {
        Builder b = s.b();
        List<Integer> left = left(s);
        List<Value> grouped = grouped(s, fn, left);
        Value shape = b.cast(s.in(2), DType.INT64);
        if (!s.attributes().bool("keep_dims", false)) {
            return List.of(grouped.get(0), grouped.get(1), b.gather(shape, places(s, left), 0));
        }
        List<Value> columns = new ArrayList<>();
        List<Value> sizes = new ArrayList<>();
        Value none = b.broadcastTo(b.constant(DType.INT64, 0), b.dim(grouped.get(1), 0), Dim.of(1));
        for (int a = 0; a < s.shape(2).dim(0); a++) {
            int at = left.indexOf(a);
            columns.add(at < 0 ? none : b.slice(grouped.get(0), 1, at, at + 1));
            sizes.add(at < 0 ? b.constant(Tensor.of(Shape.of(1), new long[] {1})) : b.slice(shape, 0, a, a + 1));
        }
        return List.of(b.concat(1, columns), grouped.get(1), b.concat(0, sizes));
    }

    /** Over the last axis. */
    private static Value softmax(Site s) {
        Builder b = s.b();
        int rank = s.shape(2).dim(0);
        List<Integer> rows = IntStream.range(0, rank - 1).boxed().toList();
        List<Value> groups = b.addAll(new SparseGroups(rows), List.of(s.in(0)));
        Value most = b.add(new StopGradient(), gathered(s, Scatter.Fn.MAX, s.in(1), groups));
        Value e = b.unary(Unary.Fn.EXP, b.minus(s.in(1), b.gather(most, groups.get(1), 0)));
        return b.over(e, b.gather(gathered(s, Scatter.Fn.ADD, e, groups), groups.get(1), 0));
    }
}
