package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Elements chosen by place, and put at places. */
final class Indexing {
    static final List<TfOp> ALL = List.of(
            one("StridedSlice", StridedSlices::read),
            one("Slice", StridedSlices::slice),
            one("Gather", s -> s.b().gather(s.in(0), s.in(1), 0)),
            one(
                    "GatherV2",
                    s -> gather(s, s.in(0), s.in(1), s.axis(2, s.in(0)), (int)
                            s.attributes().integer("batch_dims", 0))),
            one("GatherNd", s -> gatherNd(s, s.in(0), s.in(1))),
            one("OneHot", Indexing::oneHot),
            one("Where", s -> s.b().add(new NonZero(), s.in(0))),
            one("ReverseV2", s -> s.b().reverse(s.in(0), s.ints(1))),
            one("Reverse", s -> s.b().reverse(s.in(0), flagged(s.constant(1)))),
            one("Roll", Indexing::roll),
            one("ScatterNd", Indexing::scattered),
            one("TensorScatterUpdate", s -> scatterNd(s, Scatter.Fn.SET, s.in(0), s.in(1), s.in(2))),
            one("TensorScatterAdd", s -> scatterNd(s, Scatter.Fn.ADD, s.in(0), s.in(1), s.in(2))),
            one(
                    "TensorScatterSub",
                    s -> scatterNd(s, Scatter.Fn.ADD, s.in(0), s.in(1), s.b().unary(Unary.Fn.NEG, s.in(2)))),
            one("TensorScatterMax", s -> scatterNd(s, Scatter.Fn.MAX, s.in(0), s.in(1), s.in(2))),
            one("TensorScatterMin", s -> scatterNd(s, Scatter.Fn.MIN, s.in(0), s.in(1), s.in(2))));

    private Indexing() {}

    /** Slices of {@code x} along {@code axis}, separately for each of the first {@code batch} axes. */
    static Value gather(Site s, Value x, Value indices, int axis, int batch) {
        int dims = batch < 0 ? batch + indices.shape().rank() : batch;
        if (dims == 0) {
            return s.b().gather(x, indices, axis);
        }
        int rank = x.shape().rank();
        int[] front = new int[rank];
        Arrays.setAll(front, a -> a < dims || a > axis ? a : a == dims ? axis : a - 1);
        Value moved = s.b().transpose(x, front);
        Dim[] d = s.b().dims(moved);
        // Rows of all batches stand one after the other; an index counts from its batch's first.
        List<Dim> flat = new ArrayList<>(List.of(Dim.of(-1)));
        flat.addAll(Arrays.asList(d).subList(dims + 1, rank));
        Value rows = s.b().reshape(moved, flat.toArray(Dim[]::new));
        Value first = s.b().constant(DType.INT32, 0);
        for (int a = 0; a < dims; a++) {
            Value size = Shapes.value(s, d[a]);
            Dim[] along = new Dim[indices.shape().rank()];
            Arrays.fill(along, Dim.of(1));
            along[a] = d[a];
            Value i = s.b().reshape(s.b().add(new Iota(DType.INT32), size), along);
            first = s.b().plus(s.b().times(first, size), i);
        }
        Value places =
                s.b().plus(s.b().times(first, Shapes.value(s, d[dims])), Elementwise.cast(s.b(), indices, DType.INT32));
        Value y = s.b().gather(rows, places, 0);
        int inner = indices.shape().rank() - dims;
        int[] back = new int[y.shape().rank()];
        int outer = axis - dims;
        for (int a = 0; a < back.length; a++) {
            boolean isOuter = a >= dims && a < dims + outer;
            boolean isIndex = a >= dims + outer && a < dims + outer + inner;
            back[a] = isOuter ? a + inner : isIndex ? a - outer : a;
        }
        return s.b().transpose(y, back);
    }

    /**
     * The flat place of each index vector of the last axis among the first axes of {@code shape}; of one that is
     * outside of any of them a place that is none, so that using it is an error, as on TensorFlow's CPU.
     */
    static Value flatPlaces(Site s, Dim[] dims, Value indices) {
        Builder b = s.b();
        int k = indices.shape().dim(-1);
        int last = indices.shape().rank() - 1;
        Value flat = null;
        Value outside = null;
        for (int a = 0; a < k; a++) {
            Value given = b.squeeze(b.slice(indices, last, a, a + 1), last);
            Value size = Shapes.value(s, dims[a]);
            Value beyond = b.binary(
                    Binary.Fn.OR,
                    b.compare(Compare.Fn.LT, given, b.constant(given.dtype(), 0)),
                    b.compare(Compare.Fn.GE, given, Elementwise.cast(b, size, given.dtype())));
            Value at = Elementwise.cast(b, given, DType.INT32);
            flat = flat == null ? at : b.plus(b.times(flat, size), at);
            outside = outside == null ? beyond : b.binary(Binary.Fn.OR, outside, beyond);
        }
        return k == 1 && indices.dtype() == DType.INT32 ? flat : b.select(outside, b.constant(DType.INT32, -1), flat);
    }

    static Value gatherNd(Site s, Value x, Value indices) {
        int k = indices.shape().dim(-1);
        Dim[] d = s.b().dims(x);
        if (k == 0) {
            List<Dim> all = new ArrayList<>(
                    List.of(s.b().dims(indices)).subList(0, indices.shape().rank() - 1));
            all.addAll(List.of(d));
            return s.b().broadcastTo(x, all.toArray(Dim[]::new));
        }
        return s.b().gather(rows(s, x, d, k), flatPlaces(s, d, indices), 0);
    }

    /** {@code x} with its first k axes as one. */
    private static Value rows(Site s, Value x, Dim[] d, int k) {
        List<Dim> flat = new ArrayList<>(List.of(Dim.of(-1)));
        flat.addAll(Arrays.asList(d).subList(k, d.length));
        return s.b().reshape(x, flat.toArray(Dim[]::new));
    }

    static Value zeros(Site s, Value shape, DType dtype) {
        return s.b().add(new BroadcastTo(), s.b().constant(Tensor.zeros(TensorType.of(dtype))), shape);
    }

    static Value scatterNd(Site s, Scatter.Fn fn, Value x, Value indices, Value updates) {
        int k = indices.shape().dim(-1);
        Dim[] d = s.b().dims(x);
        if (k == Shape.UNKNOWN || k == 0) {
            throw s.unsupported("indices of " + k + " axes");
        }
        Value places = s.b().reshape(flatPlaces(s, d, indices), -1);
        List<Dim> rows = new ArrayList<>(List.of(s.b().dim(places, 0)));
        rows.addAll(Arrays.asList(d).subList(k, d.length));
        Value y =
                s.b().add(new Scatter(fn), rows(s, x, d, k), places, s.b().reshape(updates, rows.toArray(Dim[]::new)));
        return s.b().reshape(y, d);
    }

    /** Numbers added up, truth values where one holds, texts one behind the other, where they are put at one place. */
    private static Value scattered(Site s) {
        Value u = s.in(1);
        if (u.dtype() == DType.BOOL) {
            Value n = s.b().cast(u, DType.INT32);
            return s.b().cast(scatterNd(s, Scatter.Fn.MAX, zeros(s, s.in(2), DType.INT32), s.in(0), n), DType.BOOL);
        }
        return scatterNd(s, Scatter.Fn.ADD, zeros(s, s.in(2), u.dtype()), s.in(0), u);
    }

    private static int[] flagged(Tensor flags) {
        int[] axes = new int[flags.size()];
        int n = 0;
        for (int i = 0; i < axes.length; i++) {
            if (flags.getLong(i) != 0) {
                axes[n++] = i;
            }
        }
        return Arrays.copyOf(axes, n);
    }

    private static Value oneHot(Site s) {
        Value x = s.in(0);
        int rank = x.shape().rank();
        int axis = (int) s.attributes().integer("axis", -1);
        int at = axis < 0 ? rank : axis;
        Value depth = s.b().add(new Reshape(), Elementwise.cast(s.b(), s.in(1), DType.INT32), s.b().ints());
        Dim n = s.isConstant(1) ? Dim.of(s.integer(1)) : new Dim(Shape.UNKNOWN, depth);
        Dim[] along = new Dim[rank + 1];
        Arrays.fill(along, Dim.of(1));
        along[at] = n;
        Value classes = s.b().reshape(s.b().add(new Iota(x.dtype()), depth), along);
        Value hot = s.b().compare(Compare.Fn.EQ, s.b().expandDims(x, at), classes);
        return s.b().select(hot, s.in(2), s.in(3));
    }

    private static Value roll(Site s) {
        Value x = s.in(0);
        int[] shifts = s.ints(1);
        int[] axes = s.ints(2);
        for (int i = 0; i < axes.length; i++) {
            int axis = x.shape().axis(axes[i]);
            int n = x.shape().dim(axis);
            int by = n == 0 ? 0 : Math.floorMod(shifts[i], n);
            if (by != 0) {
                x = s.b().concat(axis, List.of(s.b().slice(x, axis, n - by, n), s.b().slice(x, axis, 0, n - by)));
            }
        }
        return x;
    }

    static Value scalar(Site s, Binary.Fn fn, Value x, int y) {
        return s.b().binary(fn, x, s.b().constant(x.dtype(), y));
    }
}
