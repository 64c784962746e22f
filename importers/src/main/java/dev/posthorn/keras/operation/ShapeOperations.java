package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operations that move elements. Source: keras/src/backend/tensorflow/numpy.py, core.py. */
final class ShapeOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Append", of(a -> joined(a, a.promoted(List.of(a.raw("x1", 0), a.raw("x2", 1)))))),
            Map.entry("ArraySplit", ShapeOperations::arraySplit),
            Map.entry("BroadcastTo", of(a -> broadcast(a, a.x(), a.integers("shape")))),
            Map.entry("Concatenate", of(a -> joined(a, a.promoted((List<?>) a.raw("xs", 0))))),
            Map.entry("Diag", of(ShapeOperations::diag)),
            Map.entry("Diagflat", of(a -> matrixOf(a, a.b().reshape(a.x(), -1)))),
            Map.entry("Diagonal", of(a -> diagonal(a, a.x()))),
            Map.entry("Diff", of(ShapeOperations::diff)),
            Map.entry("Dsplit", a -> parts(a, 2)),
            Map.entry("Dstack", of(ShapeOperations::depthStacked)),
            Map.entry("EmptyLike", of(a -> filled(a, a.b().constant(a.x().dtype(), 0)))),
            Map.entry("ExpandDims", of(ShapeOperations::expandDims)),
            Map.entry("Flip", of(a -> a.b().reverse(a.x(), a.axes(a.x())))),
            Map.entry("Fliplr", of(a -> a.b().reverse(a.x(), 1))),
            Map.entry("Flipud", of(a -> a.b().reverse(a.x(), 0))),
            Map.entry("FullLike", of(a -> filled(a, a.tensor("fill_value", 1)))),
            Map.entry("Hsplit", a -> parts(a, a.x().shape().rank() == 1 ? 0 : 1)),
            Map.entry("Hstack", of(a -> stacked(a, 1))),
            Map.entry("Meshgrid", ShapeOperations::meshgrid),
            Map.entry("Moveaxis", of(a -> moveAxis(a.b(), a.x(), a.integers("source"), a.integers("destination")))),
            Map.entry("OnesLike", of(a -> filled(a, a.b().constant(a.x().dtype(), 1)))),
            Map.entry("Pad", of(ShapeOperations::pad)),
            Map.entry("Ravel", of(a -> a.b().reshape(a.x(), -1))),
            Map.entry("Repeat", of(ShapeOperations::repeat)),
            Map.entry(
                    "Reshape",
                    of(a -> a.b().reshape(
                                    a.x(),
                                    a.integers("newshape").stream()
                                            .mapToInt(i -> i)
                                            .toArray()))),
            Map.entry("Roll", of(ShapeOperations::roll)),
            Map.entry("Rot90", of(ShapeOperations::rot90)),
            Map.entry("Select", of(ShapeOperations::select)),
            Map.entry("Split", ShapeOperations::split),
            Map.entry("Squeeze", of(ShapeOperations::squeeze)),
            Map.entry("Stack", of(ShapeOperations::stack)),
            Map.entry(
                    "Swapaxes", of(a -> Extents.swapAxes(a.b(), a.x(), a.integer("axis1", 0), a.integer("axis2", 1)))),
            Map.entry("Tile", of(ShapeOperations::tile)),
            Map.entry("Trace", of(a -> a.b().reduce(Reduce.Fn.SUM, diagonal(a, a.x()), false, -1))),
            Map.entry("Transpose", of(ShapeOperations::transpose)),
            Map.entry("Tril", of(a -> triangle(a, Compare.Fn.LE))),
            Map.entry("Triu", of(a -> triangle(a, Compare.Fn.GE))),
            Map.entry("Unstack", ShapeOperations::unstack),
            Map.entry("Vsplit", a -> parts(a, 0)),
            Map.entry("Vstack", of(a -> stacked(a, 0))),
            Map.entry("ZerosLike", of(a -> filled(a, a.b().constant(a.x().dtype(), 0)))));

    private ShapeOperations() {}

    private static Value joined(Arguments a, List<Value> parts) {
        boolean flat = a.option("axis") == null;
        List<Value> xs = flat ? parts.stream().map(v -> a.b().reshape(v, -1)).toList() : parts;
        return a.b().concat(a.integer("axis", 0), xs);
    }

    private static Value stacked(Arguments a, int axis) {
        List<Value> xs = a.promoted((List<?>) a.raw("xs", 0));
        return a.b().concat(xs.get(0).shape().rank() == 1 ? 0 : axis, xs);
    }

    private static Value stack(Arguments a) {
        List<Value> xs = a.promoted((List<?>) a.raw("xs", 0));
        int rank = xs.get(0).shape().rank() + 1;
        int axis = a.integer("axis", 0);
        int at = axis < 0 ? axis + rank : axis;
        return a.b().concat(at, xs.stream().map(v -> a.b().expandDims(v, at)).toList());
    }

    private static List<Value> unstack(Arguments a) {
        Value x = a.x();
        int axis = x.shape().axis(a.integer("axis", 0));
        int n = a.integer("num", x.shape().dim(axis));
        if (n < 0) {
            throw a.unsupported("a dimension that is not known");
        }
        return IntStream.range(0, n)
                .mapToObj(i -> a.b().squeeze(a.b().slice(x, axis, i, i + 1), axis))
                .toList();
    }

    private static List<Value> split(Arguments a) {
        return parts(a, a.x().shape().axis(a.integer("axis", 0)));
    }

    private static List<Value> parts(Arguments a, int axis) {
        Value x = a.x();
        List<Integer> at = new ArrayList<>();
        if (a.option("indices_or_sections") instanceof List<?>) {
            at.addAll(a.integers("indices_or_sections"));
        } else {
            int sections = a.integer("indices_or_sections", 1);
            int n = known(a, x, axis);
            IntStream.range(1, sections).forEach(i -> at.add(i * (n / sections)));
        }
        return cut(a.b(), x, axis, at);
    }

    private static List<Value> arraySplit(Arguments a) {
        Value x = a.x();
        int axis = x.shape().axis(a.integer("axis", 0));
        int sections = a.integer("indices_or_sections", 1);
        int n = known(a, x, axis);
        List<Integer> at = IntStream.range(1, sections)
                .mapToObj(i -> i * (n / sections) + Math.min(i, n % sections))
                .toList();
        return cut(a.b(), x, axis, at);
    }

    private static List<Value> cut(Builder b, Value x, int axis, List<Integer> at) {
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i <= at.size(); i++) {
            parts.add(b.slice(x, axis, i == 0 ? 0 : at.get(i - 1), i == at.size() ? Slice.END : at.get(i)));
        }
        return parts;
    }

    private static int known(Arguments a, Value x, int axis) {
        if (x.shape().dim(axis) == Shape.UNKNOWN) {
            throw a.unsupported("a dimension that is not known");
        }
        return x.shape().dim(axis);
    }

    private static Value broadcast(Arguments a, Value x, List<Integer> shape) {
        return a.b().broadcastTo(x, shape.stream().map(Dim::of).toArray(Dim[]::new));
    }

    private static Value filled(Arguments a, Value value) {
        Value x = a.x();
        return a.b().broadcastTo(a.b().cast(value, a.dtype("dtype", x.dtype())), a.b().dims(x));
    }

    private static Value expandDims(Arguments a) {
        Value y = a.x();
        List<Integer> axes = a.integers("axis");
        int rank = y.shape().rank() + axes.size();
        for (int axis : axes.stream().map(i -> i < 0 ? i + rank : i).sorted().toList()) {
            y = a.b().expandDims(y, axis);
        }
        return y;
    }

    private static Value squeeze(Arguments a) {
        Value x = a.x();
        List<Integer> axes = a.option("axis") == null
                ? IntStream.range(0, x.shape().rank())
                        .filter(i -> x.shape().dim(i) == 1)
                        .boxed()
                        .toList()
                : a.integers("axis").stream().map(i -> x.shape().axis(i)).toList();
        Value y = x;
        for (int axis : axes.stream().sorted(Collections.reverseOrder()).toList()) {
            y = a.b().squeeze(y, axis);
        }
        return y;
    }

    static Value moveAxis(Builder b, Value x, List<Integer> from, List<Integer> to) {
        int rank = x.shape().rank();
        Integer[] perm = new Integer[rank];
        List<Integer> rest = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        for (int i = 0; i < from.size(); i++) {
            perm[x.shape().axis(to.get(i))] = x.shape().axis(from.get(i));
            rest.remove((Integer) x.shape().axis(from.get(i)));
        }
        for (int i = 0; i < rank; i++) {
            perm[i] = perm[i] == null ? rest.remove(0) : perm[i];
        }
        return b.transpose(x, Arrays.stream(perm).mapToInt(i -> i).toArray());
    }

    private static Value transpose(Arguments a) {
        Value x = a.x();
        int rank = x.shape().rank();
        int[] perm = a.option("axes") == null
                ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()
                : a.integers("axes").stream().mapToInt(i -> x.shape().axis(i)).toArray();
        return a.b().transpose(x, perm);
    }

    private static Value pad(Arguments a) {
        Value x = a.x();
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        List<?> widths = a.option("pad_width") instanceof List<?> l ? l : List.of(a.integer("pad_width", 0));
        for (int i = 0; i < x.shape().rank(); i++) {
            Object w = widths.size() == 1 ? widths.get(0) : widths.get(i);
            List<?> pair = w instanceof List<?> l ? l : List.of(w, w);
            low.add(((Number) pair.get(0)).intValue());
            high.add(((Number) pair.get(pair.size() - 1)).intValue());
        }
        Object value = a.raw("constant_values", 1);
        Pad.Mode mode = Arrays.stream(Pad.Mode.values())
                .filter(m -> m.name().equalsIgnoreCase(a.string("mode", "constant")))
                .findFirst()
                .orElseThrow(() -> a.unsupported("mode " + a.option("mode")));
        return a.b().add(
                        new Pad(mode, low, high),
                        x,
                        a.b().constant(x.dtype(), value instanceof Number n ? n.doubleValue() : 0));
    }

    private static Value repeat(Arguments a) {
        Builder b = a.b();
        boolean flat = a.option("axis") == null;
        Value x = flat ? b.reshape(a.x(), -1) : a.x();
        int axis = x.shape().axis(a.integer("axis", 0));
        List<Integer> each = a.integers("repeats");
        if (each.size() != 1) {
            if (x.shape().dim(axis) != each.size()) {
                throw a.unsupported(each.size() + " repeats of " + x.shape());
            }
            int[] places = IntStream.range(0, each.size())
                    .flatMap(i -> IntStream.generate(() -> i).limit(each.get(i)))
                    .toArray();
            return b.gather(x, b.ints(places), axis);
        }
        Dim times = Dim.of(each.get(0));
        Dim[] dims = b.dims(x);
        List<Dim> inner = new ArrayList<>(List.of(dims));
        inner.add(axis + 1, times);
        Value y = b.broadcastTo(b.expandDims(x, axis + 1), inner.toArray(Dim[]::new));
        dims[axis] = Extents.product(b, dims[axis], times);
        return b.reshape(y, dims);
    }

    private static Value tile(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        List<Integer> repeats = new ArrayList<>(a.integers("repeats"));
        while (repeats.size() < x.shape().rank()) {
            repeats.add(0, 1);
        }
        while (repeats.size() > x.shape().rank()) {
            x = b.expandDims(x, 0);
        }
        for (int i = 0; i < repeats.size(); i++) {
            x = b.concat(i, Collections.nCopies(repeats.get(i), x));
        }
        return x;
    }

    private static Value roll(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        boolean flat = a.option("axis") == null;
        Value y = flat ? b.reshape(x, -1) : x;
        List<Integer> shifts = a.integers("shift");
        List<Integer> axes = flat ? List.of(0) : a.integers("axis");
        for (int i = 0; i < axes.size(); i++) {
            int axis = y.shape().axis(axes.get(i));
            int by = shifts.get(shifts.size() == 1 ? 0 : i);
            if (y.shape().dim(axis) == Shape.UNKNOWN) {
                y = b.gather(y, rolled(b, b.dim(y, axis).value(), by), axis);
                continue;
            }
            int shift = Math.floorMod(by, known(a, y, axis));
            y = shift == 0
                    ? y
                    : b.concat(axis, List.of(b.slice(y, axis, -shift, Slice.END), b.slice(y, axis, 0, -shift)));
        }
        return flat ? b.reshape(y, b.dims(x)) : y;
    }

    /** The places {@code (i − by) mod n} of n elements. */
    private static Value rolled(Builder b, Value n, int by) {
        Value i = b.minus(b.add(new Iota(DType.INT32), n), b.constant(DType.INT32, by));
        return b.binary(Binary.Fn.FLOOR_MOD, i, n);
    }

    /** Quarter turns. As Keras on TensorFlow, which between two turns reads an oblong image as one of the first shape. */
    private static Value rot90(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int turns = Math.floorMod(a.integer("k", 1), 4);
        if (turns == 0) {
            return x;
        }
        List<Integer> axes = a.option("axes") == null ? List.of(0, 1) : a.integers("axes");
        Value y = moveAxis(b, x, axes, List.of(-2, -1));
        Dim[] dims = b.dims(y);
        if (turns % 2 == 1) {
            Dim rows = dims[dims.length - 2];
            dims[dims.length - 2] = dims[dims.length - 1];
            dims[dims.length - 1] = rows;
        }
        for (int i = 0; i < turns; i++) {
            y = Extents.swapAxes(b, b.reverse(y, -1), -2, -1);
            y = i == 0 || i == turns - 1 ? b.reshape(y, dims) : y;
        }
        return moveAxis(b, y, List.of(-2, -1), axes);
    }

    private static Value diff(Arguments a) {
        Builder b = a.b();
        Value y = a.x();
        int axis = y.shape().axis(a.integer("axis", -1));
        for (int i = 0; i < a.integer("n", 1); i++) {
            Value later = b.slice(y, axis, 1, Slice.END);
            Value before = b.slice(y, axis, 0, -1);
            y = y.dtype() == DType.BOOL ? b.compare(Compare.Fn.NE, later, before) : b.minus(later, before);
        }
        return y;
    }

    /** {@code y[…×k] = x[…] where axis2 − axis1 = offset}: the rows' elements in a flattened matrix stand n + 1 apart. */
    private static Value diagonal(Arguments a, Value x) {
        Builder b = a.b();
        Value y = moveAxis(b, x, List.of(a.integer("axis1", 0), a.integer("axis2", 1)), List.of(-2, -1));
        int offset = a.integer("offset", 0);
        int rank = y.shape().rank();
        int rows = known(a, y, -2);
        int columns = known(a, y, -1);
        int size = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
        int from = Math.max(offset, 0) + Math.max(-offset, 0) * columns;
        Dim[] flat = Arrays.copyOf(b.dims(y), rank - 1);
        flat[rank - 2] = Dim.of(rows * columns);
        List<Integer> starts = new ArrayList<>(Collections.nCopies(rank - 1, 0));
        List<Integer> ends = new ArrayList<>(Collections.nCopies(rank - 1, Slice.END));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(rank - 1, 1));
        starts.set(rank - 2, from);
        ends.set(rank - 2, size == 0 ? from : from + (size - 1) * (columns + 1) + 1);
        strides.set(rank - 2, columns + 1);
        return b.add(new Slice(starts, ends, strides), b.reshape(y, flat));
    }

    /** x where column − row relates to k, else zero. */
    private static Value triangle(Arguments a, Compare.Fn fn) {
        Builder b = a.b();
        Value x = a.x();
        Value offset = b.minus(Extents.positions(b, x, -1), Extents.positions(b, x, -2));
        Value inside = b.compare(fn, offset, b.constant(DType.INT32, a.integer("k", 0)));
        return b.select(inside, x, b.constant(x.dtype(), 0));
    }

    /** The diagonal of a matrix, or the matrix of a diagonal. */
    private static Value diag(Arguments a) {
        Value x = a.x();
        if (x.shape().rank() == 1) {
            return matrixOf(a, x);
        }
        return diagonal(a.with("offset", a.integer("k", 0)).with("axis1", 0).with("axis2", 1), x);
    }

    private static Value matrixOf(Arguments a, Value x) {
        Builder b = a.b();
        int k = a.integer("k", 0);
        Pad pad = new Pad(Pad.Mode.CONSTANT, List.of(Math.max(-k, 0)), List.of(Math.max(k, 0)));
        Value column =
                b.add(pad, x, b.constant(x.dtype(), 0)); // x[i] in row i, below as many as the diagonal is lowered
        Value n = b.add(new Iota(DType.INT32), Extents.scalar(b, b.dim(column, 0)));
        Value onDiagonal = b.compare(Compare.Fn.EQ, b.expandDims(n, 0), b.binary(Binary.Fn.ADD, b.expandDims(n, 1), k));
        return b.select(onDiagonal, b.expandDims(column, 1), b.constant(x.dtype(), 0));
    }

    private static Value depthStacked(Arguments a) {
        Builder b = a.b();
        List<Value> xs = a.promoted((List<?>) a.raw("xs", 0)).stream()
                .map(v -> switch (v.shape().rank()) {
                    case 0 -> b.reshape(v, 1, 1, 1);
                    case 1 -> b.expandDims(b.expandDims(v, 0), 2);
                    case 2 -> b.expandDims(v, 2);
                    default -> v;
                })
                .toList();
        return b.concat(2, xs);
    }

    private static List<Value> meshgrid(Arguments a) {
        Builder b = a.b();
        List<Value> in = IntStream.range(0, a.size())
                .mapToObj(i -> b.reshape(a.tensor("x" + i, i), -1))
                .toList();
        boolean swapped = a.string("indexing", "xy").equals("xy") && in.size() > 1;
        Dim[] dims = new Dim[in.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[place(i, swapped)] = b.dim(in.get(i), 0);
        }
        List<Value> out = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            Dim[] own = new Dim[dims.length];
            Arrays.fill(own, Dim.of(1));
            own[place(i, swapped)] = dims[place(i, swapped)];
            out.add(b.broadcastTo(b.reshape(in.get(i), own), dims));
        }
        return out;
    }

    private static int place(int i, boolean swapped) {
        return swapped && i < 2 ? 1 - i : i;
    }

    private static Value select(Arguments a) {
        List<?> conditions = (List<?>) a.raw("condlist", 0);
        List<Object> choices = new ArrayList<>((List<?>) a.raw("choicelist", 1));
        choices.add(a.raw("default", 2) == null ? 0 : a.raw("default", 2));
        List<Value> values = a.promoted(choices);
        List<Value> where = a.promoted(conditions);
        Value y = values.get(values.size() - 1);
        for (int i = conditions.size() - 1; i >= 0; i--) {
            y = a.b().select(ElementwiseOperations.bool(a.b(), where.get(i)), values.get(i), y);
        }
        return y;
    }
}
