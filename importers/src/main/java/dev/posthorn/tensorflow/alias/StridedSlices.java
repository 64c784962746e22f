package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.DynamicSlice;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Slices with masks, as Python's {@code x[a:b:c, i, ..., None]} makes them. */
final class StridedSlices {
    private StridedSlices() {}

    /** What is taken of one axis: from a begin to an end, or one element. */
    private record Range(Value begin, Value end, int stride, boolean one) {}

    static Value read(Site s) {
        Value x = s.in(0);
        int rank = s.shape(0).rank();
        int[] strides = s.ints(3);
        long ellipsis = mask(s, "ellipsis_mask");
        long added = mask(s, "new_axis_mask");
        long shrink = mask(s, "shrink_axis_mask");
        int given = 0;
        boolean open = false;
        for (int i = 0; i < strides.length; i++) {
            boolean dots = bit(ellipsis, i);
            open |= dots;
            given += dots || bit(added, i) ? 0 : 1;
        }
        if (given > rank) {
            throw new ShapeException("expected a slice of " + x.shape() + " but was one of " + given + " axes");
        }
        List<Range> ranges = new ArrayList<>();
        List<Integer> inserted = new ArrayList<>();
        int result = 0;
        for (int i = 0; i < strides.length || !open; i++) {
            if (i >= strides.length || bit(ellipsis, i)) {
                for (int k = rank - given; k > 0; k--) {
                    ranges.add(new Range(null, null, 1, false));
                    result++;
                }
                open = true;
            } else if (bit(added, i)) {
                inserted.add(result++);
            } else {
                boolean one = bit(shrink, i);
                Value begin = one || !bit(mask(s, "begin_mask"), i) ? element(s, 1, i) : null;
                Value end = bit(mask(s, "end_mask"), i) || one ? null : element(s, 2, i);
                ranges.add(new Range(begin, end, strides[i], one));
                result += one ? 0 : 1;
            }
        }
        return shaped(s, take(s, x, ranges), ranges, inserted);
    }

    /** x with operand 4 in place of the elements that operands 1 to 3 take of it. */
    static Value updated(Site s, Value x) {
        Builder b = s.b();
        Value flat = b.reshape(x, -1);
        Value all = b.reshape(b.add(new Iota(DType.INT32), Shapes.value(s, b.dim(flat, 0))), b.dims(x));
        Value places = read(s.given(new TfValue.Of(all), s.raw(1), s.raw(2), s.raw(3)));
        Value given = b.broadcastTo(s.in(4), b.dims(places));
        Value y = b.add(new Scatter(Scatter.Fn.SET), flat, b.reshape(places, -1), b.reshape(given, -1));
        return b.reshape(y, b.dims(x));
    }

    private static long mask(Site s, String name) {
        return s.attributes().integer(name, 0);
    }

    private static boolean bit(long mask, int i) {
        return (mask >> i & 1) != 0;
    }

    /** Element {@code i} of an input vector: an int32 scalar, constant where it is known. */
    private static Value element(Site s, int input, int i) {
        if (s.isConstant(input)) {
            Tensor t = s.constant(input);
            long v = Math.max(Math.min(t.getLong(i), Integer.MAX_VALUE), Integer.MIN_VALUE + 1L);
            return s.b().constant(Tensor.of(Shape.SCALAR, new int[] {(int) v}));
        }
        Value ints = Elementwise.cast(s.b(), s.in(input), DType.INT32);
        return s.b().add(new Reshape(), s.b().slice(ints, 0, i, i + 1), s.b().ints());
    }

    private static boolean known(Value v) {
        return v == null || v.node().op() instanceof dev.posthorn.ir.op.Constant;
    }

    private static int number(Value v) {
        return ((dev.posthorn.ir.op.Constant) v.node().op()).value().ints()[0];
    }

    private static Value take(Site s, Value whole, List<Range> ranges) {
        Value x = whole;
        boolean known = true;
        for (int a = 0; a < ranges.size(); a++) {
            Range r = ranges.get(a);
            boolean limits = known(r.begin) && known(r.end);
            known &= limits && (x.shape().dim(a) != Shape.UNKNOWN || r.stride > 0);
        }
        if (!known) {
            return dynamic(s, x, ranges);
        }
        Integer[] from = new Integer[ranges.size()];
        Integer[] to = new Integer[ranges.size()];
        Integer[] by = new Integer[ranges.size()];
        List<Integer> reversed = new ArrayList<>();
        for (int a = 0; a < from.length; a++) {
            Range r = ranges.get(a);
            int n = x.shape().dim(a);
            by[a] = Math.abs(r.stride);
            if (r.one) {
                int at = number(r.begin);
                if (n != Shape.UNKNOWN && (at < -n || at >= n)) {
                    throw new ShapeException(
                            "expected an index in [" + -n + ", " + n + ") but was " + at + " (axis " + a + ")");
                }
                from[a] = at;
                to[a] = at == -1 ? Slice.END : at + 1;
                by[a] = 1;
            } else if (r.stride > 0) {
                from[a] = r.begin == null ? 0 : number(r.begin);
                to[a] = r.end == null ? Slice.END : number(r.end);
            } else {
                // Backwards: the same elements of the reversed axis.
                reversed.add(a);
                int begin = r.begin == null ? n - 1 : clamp(number(r.begin), n, -1, n - 1);
                int end = r.end == null ? -1 : clamp(number(r.end), n, -1, n - 1);
                from[a] = n - 1 - begin;
                to[a] = Math.max(n - 1 - end, from[a]);
            }
        }
        if (!reversed.isEmpty()) {
            x = s.b().reverse(x, reversed.stream().mapToInt(a -> a).toArray());
        }
        return s.b().add(new Slice(List.of(from), List.of(to), List.of(by)), x);
    }

    private static int clamp(int i, int n, int least, int most) {
        return Math.min(Math.max(i < 0 ? i + n : i, least), most);
    }

    private static Value dynamic(Site s, Value x, List<Range> ranges) {
        Dim[] starts = new Dim[ranges.size()];
        Dim[] sizes = new Dim[ranges.size()];
        List<Integer> strides = new ArrayList<>();
        for (int a = 0; a < starts.length; a++) {
            Range r = ranges.get(a);
            if (r.stride < 1 && !r.one) {
                throw s.unsupported("a slice backwards whose limits are known only when the graph runs");
            }
            Dim n = s.b().dim(x, a);
            strides.add(r.one ? 1 : r.stride);
            if (r.begin == null && r.end == null && r.stride == 1) {
                starts[a] = Dim.of(0);
                sizes[a] = n;
                continue;
            }
            Value length = Shapes.value(s, n);
            Value zero = s.b().constant(DType.INT32, 0);
            Value begin = r.begin == null ? zero : counted(s, r.begin, length);
            if (r.one) {
                starts[a] = new Dim(Shape.UNKNOWN, begin);
                sizes[a] = Dim.of(1);
                continue;
            }
            begin = limited(s, begin, length);
            Value end = r.end == null ? length : limited(s, counted(s, r.end, length), length);
            Value room = s.b().binary(Binary.Fn.MAX, s.b().minus(end, begin), zero);
            Value size = Indexing.scalar(
                    s, Binary.Fn.FLOOR_DIV, Indexing.scalar(s, Binary.Fn.ADD, room, r.stride - 1), r.stride);
            starts[a] = new Dim(Shape.UNKNOWN, begin);
            sizes[a] = new Dim(Shape.UNKNOWN, size);
        }
        return s.b().add(new DynamicSlice(strides), x, s.b().shape(starts), s.b().shape(sizes));
    }

    private static Value counted(Site s, Value i, Value n) {
        Value negative = s.b().compare(Compare.Fn.LT, i, s.b().constant(DType.INT32, 0));
        return s.b().select(negative, s.b().plus(i, n), i);
    }

    private static Value limited(Site s, Value i, Value n) {
        return s.b().binary(Binary.Fn.MAX, s.b().binary(Binary.Fn.MIN, i, n), s.b().constant(DType.INT32, 0));
    }

    /** Drops the axes of which one element was taken, and adds new ones. */
    private static Value shaped(Site s, Value y, List<Range> ranges, List<Integer> inserted) {
        List<Dim> dims = new ArrayList<>();
        boolean same = inserted.isEmpty();
        for (int a = 0; a < ranges.size(); a++) {
            same &= !ranges.get(a).one;
            if (!ranges.get(a).one) {
                dims.add(s.b().dim(y, a));
            }
        }
        inserted.forEach(at -> dims.add(at, Dim.of(1)));
        return same ? y : s.b().reshape(y, dims.toArray(Dim[]::new));
    }

    /** TensorFlow's plain slice: begins and sizes, -1 for all the rest. */
    static Value slice(Site s) {
        Value x = s.in(0);
        int rank = s.shape(0).rank();
        if (s.isConstant(1) && s.isConstant(2)) {
            int[] begin = s.ints(1);
            int[] size = s.ints(2);
            Integer[] from = new Integer[rank];
            Integer[] to = new Integer[rank];
            for (int a = 0; a < rank; a++) {
                from[a] = begin[a];
                to[a] = size[a] < 0 ? Slice.END : begin[a] + size[a];
            }
            return s.b().add(new Slice(List.of(from), List.of(to), Collections.nCopies(rank, 1)), x);
        }
        Dim[] starts = new Dim[rank];
        Dim[] sizes = new Dim[rank];
        for (int a = 0; a < rank; a++) {
            starts[a] = new Dim(Shape.UNKNOWN, element(s, 1, a));
            Value size = element(s, 2, a);
            if (known(size) && number(size) >= 0) {
                sizes[a] = Dim.of(number(size));
            } else {
                Value n = Shapes.value(s, s.b().dim(x, a));
                Value rest = s.b().compare(Compare.Fn.LT, size, s.b().constant(DType.INT32, 0));
                sizes[a] = new Dim(Shape.UNKNOWN, s.b().select(rest, s.b().minus(n, element(s, 1, a)), size));
            }
        }
        return s.b().add(new DynamicSlice(Collections.nCopies(rank, 1)), x, s.b().shape(starts), s.b().shape(sizes));
    }
}
