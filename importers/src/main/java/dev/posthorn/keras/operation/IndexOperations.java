package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Boxes;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Sort;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Operations that find or choose elements. Source: keras/src/backend/tensorflow/numpy.py, core.py, nn.py, math.py. */
final class IndexOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Argsort", of(IndexOperations::argsort)),
            Map.entry("Bincount", of(IndexOperations::bincount)),
            Map.entry("Digitize", of(a -> below(a.b(), a.tensor("bins", 1), a.x(), Compare.Fn.LE))),
            Map.entry("InTopK", of(IndexOperations::inTopK)),
            Map.entry("IsIn", of(IndexOperations::isIn)),
            Map.entry("MultiHot", of(IndexOperations::multiHot)),
            Map.entry("OneHot", of(a -> oneHot(a, a.x()))),
            Map.entry("ScatterUpdate", of(IndexOperations::scatterUpdate)),
            Map.entry("SearchSorted", of(IndexOperations::searchSorted)),
            Map.entry("SegmentMax", of(a -> segment(a, Reduce.Fn.MAX))),
            Map.entry("SegmentMin", of(a -> segment(a, Reduce.Fn.MIN))),
            Map.entry("SegmentProd", of(a -> segment(a, Reduce.Fn.PROD))),
            Map.entry("SegmentSum", of(a -> segment(a, Reduce.Fn.SUM))),
            Map.entry("SliceUpdate", of(IndexOperations::sliceUpdate)),
            Map.entry("Sort", of(IndexOperations::sort)),
            Map.entry("Take", of(IndexOperations::take)),
            Map.entry("TakeAlongAxis", of(IndexOperations::takeAlongAxis)),
            Map.entry("TopK", IndexOperations::topK));

    private IndexOperations() {}

    /** Indices of which the negative ones count from the end. */
    static Value wrapped(Builder b, Value index, Dim n) {
        Value size = b.cast(Extents.scalar(b, n), index.dtype());
        Value negative = b.compare(Compare.Fn.LT, index, b.constant(index.dtype(), 0));
        return b.select(negative, b.plus(index, size), index);
    }

    private static Value take(Arguments a) {
        Builder b = a.b();
        Value x = a.option("axis") == null ? b.reshape(a.x(), -1) : a.x();
        int axis = x.shape().axis(a.integer("axis", 0));
        return b.gather(x, wrapped(b, a.tensor("indices", 1), b.dim(x, axis)), axis);
    }

    private static Value takeAlongAxis(Arguments a) {
        Builder b = a.b();
        boolean flat = a.option("axis") == null;
        Value x = flat ? b.reshape(a.x(), -1) : a.x();
        int axis = x.shape().axis(a.integer("axis", 0));
        Value index = wrapped(b, b.cast(a.tensor("indices", 1), DType.INT32), b.dim(x, axis));
        return along(b, stretched(b, x, index, axis), stretched(b, index, x, axis), axis);
    }

    /** {@code x} with the dimensions of {@code other} where its own are 1, but along {@code axis}. */
    private static Value stretched(Builder b, Value x, Value other, int axis) {
        Dim[] dims = b.dims(x);
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i != axis && x.shape().dim(i) == 1 ? b.dim(other, i) : dims[i];
        }
        return b.broadcastTo(x, dims);
    }

    /** {@code y[…i…] = x[…index[…i…]…]} along one axis; the other axes are equal. */
    static Value along(Builder b, Value x, Value index, int axis) {
        Value from = Extents.swapAxes(b, x, axis, -1);
        Value at = Extents.swapAxes(b, index, axis, -1);
        Dim[] dims = b.dims(at);
        Dim n = b.dim(from, -1);
        Dim rows = Extents.product(b, Arrays.copyOf(dims, dims.length - 1));
        Value starts = b.times(b.add(new Iota(DType.INT32), Extents.scalar(b, rows)), Extents.scalar(b, n));
        Value flat = b.plus(b.reshape(at, rows, dims[dims.length - 1]), b.expandDims(starts, 1));
        Value y = b.reshape(b.gather(b.reshape(from, -1), flat, 0), dims);
        return Extents.swapAxes(b, y, axis, -1);
    }

    private static Value sort(Arguments a) {
        Value x = a.option("axis") == null ? a.b().reshape(a.x(), -1) : a.x();
        Value keys = ElementwiseOperations.numeric(a.b(), x);
        return a.b().cast(a.b().add(new Sort(x.shape().axis(a.integer("axis", 0)), false), keys), x.dtype());
    }

    private static Value argsort(Arguments a) {
        Value x = a.option("axis") == null ? a.b().reshape(a.x(), -1) : a.x();
        return ordered(a.b(), ElementwiseOperations.numeric(a.b(), x), x.shape().axis(a.integer("axis", 0)), false)
                .get(1);
    }

    /** The elements in order, and where they stood. */
    private static List<Value> ordered(Builder b, Value x, int axis, boolean descending) {
        Value positions = b.broadcastTo(Extents.positions(b, x, axis), b.dims(x));
        return b.addAll(new Sort(axis, descending), List.of(x, positions));
    }

    private static List<Value> topK(Arguments a) {
        Value x = a.x();
        int last = x.shape().rank() - 1;
        return ordered(a.b(), x, last, true).stream()
                .map(v -> a.b().slice(v, last, 0, a.integer("k", 1)))
                .toList();
    }

    static Value oneHot(Arguments a, Value x) {
        Builder b = a.b();
        int rank = x.shape().rank();
        int axis = a.integer("axis", -1);
        int at = axis < 0 ? axis + rank + 1 : axis;
        int[] dims = new int[rank + 1];
        Arrays.fill(dims, 1);
        dims[at] = a.integer("num_classes", 1);
        int[] classes = IntStream.range(0, dims[at]).toArray();
        Value i = b.cast(x, DType.INT32);
        Value hit = b.compare(Compare.Fn.EQ, b.expandDims(i, at), b.reshape(b.ints(classes), dims));
        return b.cast(hit, a.dtype("dtype", DType.FLOAT32));
    }

    private static Value multiHot(Arguments a) {
        Value x = a.x();
        return a.b().reduce(Reduce.Fn.MAX, oneHot(a, x), false, x.shape().rank() > 1 ? 1 : 0);
    }

    /** How many of the sorted values lie below each x. */
    private static Value below(Builder b, Value sorted, Value x, Compare.Fn fn) {
        DType dtype = Promotion.of(sorted.dtype(), x.dtype());
        Value hits = b.compare(fn, b.cast(sorted, dtype), b.expandDims(b.cast(x, dtype), -1));
        return b.reduce(Reduce.Fn.SUM, b.cast(hits, DType.INT32), false, -1);
    }

    private static Value searchSorted(Arguments a) {
        Compare.Fn fn = a.string("side", "left").equals("left") ? Compare.Fn.LT : Compare.Fn.LE;
        return below(a.b(), a.tensor("sorted_sequence", 0), a.tensor("values", 1), fn);
    }

    private static Value isIn(Arguments a) {
        Builder b = a.b();
        List<Value> in = a.strong();
        Value equal = b.compare(Compare.Fn.EQ, b.expandDims(in.get(0), -1), b.reshape(in.get(1), -1));
        Value found = b.reduce(Reduce.Fn.ANY, equal, false, -1);
        return a.flag("invert") ? ElementwiseOperations.not(b, found) : found;
    }

    private static Value inTopK(Arguments a) {
        Builder b = a.b();
        Value scores = a.tensor("predictions", 1);
        Value own = along(b, scores, b.expandDims(b.cast(a.tensor("targets", 0), DType.INT32), -1), 1);
        Value higher = b.cast(b.compare(Compare.Fn.GT, scores, own), DType.INT32);
        Value rank = b.reduce(Reduce.Fn.SUM, higher, false, -1);
        return b.compare(Compare.Fn.LT, rank, b.constant(DType.INT32, a.integer("k", 1)));
    }

    /** {@code y[s×…] = fn of the x[n×…] whose id is s}; of none the neutral element, as the largest finite number. */
    private static Value segment(Arguments a, Reduce.Fn fn) {
        Builder b = a.b();
        Value x = a.tensor("data", 0);
        Value ids = b.cast(a.tensor("segment_ids", 1), DType.INT32);
        Dim segments = segments(a, ids);
        Value count = segments.isKnown() ? b.constant(DType.INT32, segments.known()) : segments.value();
        Value numbers = b.expandDims(b.add(new Iota(DType.INT32), count), -1);
        Value member = b.compare(Compare.Fn.EQ, numbers, b.expandDims(ids, 0)); // [s×n]
        Dim[] dims = new Dim[x.shape().rank() + 1];
        Arrays.fill(dims, Dim.of(1));
        dims[0] = segments;
        dims[1] = b.dim(ids, 0);
        double most = RoundingOperations.largest(x.dtype());
        double neutral = switch (fn) {
            case SUM -> 0;
            case PROD -> 1;
            case MIN -> most;
            default -> RoundingOperations.least(x.dtype());
        };
        Value chosen = b.select(b.reshape(member, dims), b.expandDims(x, 0), b.constant(x.dtype(), neutral));
        return b.reduce(fn, chosen, false, 1);
    }

    /** How many there are: what the operation says, else what the largest id asks for. */
    private static Dim segments(Arguments a, Value ids) {
        int given = a.integer("num_segments", -1);
        if (given >= 0) {
            return Dim.of(given);
        }
        List<Integer> known = KnownIntegers.of(ids);
        if (!known.isEmpty() && known.stream().allMatch(Objects::nonNull)) {
            return Dim.of(Math.max(0, known.stream().mapToInt(i -> i + 1).max().orElse(0)));
        }
        Builder b = a.b();
        Value most = b.reduce(Reduce.Fn.MAX, ids, false, 0);
        return new Dim(Shape.UNKNOWN, b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.ADD, most, 1), 0));
    }

    /** How often each number occurs along the last axis; the result is as long as the largest number asks for. */
    private static Value bincount(Arguments a) {
        Builder b = a.b();
        Value x = b.cast(a.x(), DType.INT32);
        Object weights = a.raw("weights", 1);
        if (a.flag("sparse")) {
            throw a.unsupported("a sparse result");
        }
        Value most = b.reduce(
                Reduce.Fn.MAX, x, false, IntStream.range(0, x.shape().rank()).toArray());
        Value n = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.ADD, most, 1), a.integer("minlength", 0));
        Value numbers = b.add(new Iota(DType.INT32), n);
        Value hit = b.compare(Compare.Fn.EQ, b.expandDims(x, -1), numbers);
        if (weights == null) {
            return b.reduce(Reduce.Fn.SUM, b.cast(hit, DType.INT32), false, -2);
        }
        List<Value> typed = a.promoted(List.of(a.x(), weights));
        Value each = b.times(b.cast(hit, typed.get(1).dtype()), b.expandDims(typed.get(1), -1));
        return b.reduce(Reduce.Fn.SUM, each, false, -2);
    }

    /** {@code y = x} but {@code y[indices[m×r]] = updates[m×…]}; of equal indices the last counts, or all where they add up. */
    private static Value scatterUpdate(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("inputs", 0);
        Value indices = b.cast(a.tensor("indices", 1), DType.INT32);
        Value updates = b.cast(a.tensor("updates", 2), x.dtype());
        int r = indices.shape().dim(-1);
        Dim[] dims = b.dims(x);
        Value at = null;
        for (int i = 0; i < r; i++) { // row-major
            Value own = wrapped(b, b.squeeze(b.slice(indices, -1, i, i + 1), -1), dims[i]);
            at = at == null ? own : b.plus(b.times(at, Extents.scalar(b, dims[i])), own);
        }
        Dim places = Extents.product(b, Arrays.copyOf(dims, r));
        Dim inner = Extents.product(b, Arrays.copyOfRange(dims, r, dims.length));
        Value flat = b.reshape(x, places, inner);
        Value rows = b.reshape(updates, b.dim(indices, 0), inner);
        Value positions = b.add(new Iota(DType.INT32), Extents.scalar(b, places));
        Value hit = b.compare(Compare.Fn.EQ, b.expandDims(positions, 1), b.expandDims(at, 0)); // [places×m]
        String reduction = a.string("reduction", "none");
        if (reduction.equals("add")) {
            return b.reshape(b.plus(flat, b.matmul(b.cast(hit, x.dtype()), rows)), dims);
        }
        if (!reduction.equals("none")) {
            throw a.unsupported("reduction " + reduction);
        }
        Value order = b.add(new Iota(DType.INT32), Extents.scalar(b, b.dim(at, 0)));
        Value last = b.select(hit, order, b.constant(DType.INT32, -1));
        Value chosen = b.binary(Binary.Fn.MAX, b.reduce(Reduce.Fn.MAX, last, false, 1), 0);
        Value any = b.reduce(Reduce.Fn.ANY, hit, true, 1);
        return b.reshape(b.select(any, b.gather(rows, chosen, 0), flat), dims);
    }

    /** {@code x} with {@code updates} in place of the elements from {@code start_indices} on. */
    private static Value sliceUpdate(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("inputs", 0);
        Value starts = b.cast(a.tensor("start_indices", 1), DType.INT32);
        Value y = b.cast(a.tensor("updates", 2), x.dtype());
        return Boxes.updated(b, x, starts, y);
    }
}
