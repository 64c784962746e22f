package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tensors put together, cut apart, padded and rearranged in blocks. */
final class Joining {
    static final List<TfOp> ALL = List.of(
            one("Pack", s -> pack(s, s.all(), (int) s.attributes().integer("axis", 0))),
            many("Unpack", s -> unpack(s, s.in(0), (int) s.attributes().integer("axis", 0))),
            one("ConcatV2", s -> concat(s, s.in(0, s.count() - 1), s.integer(s.count() - 1))),
            one("Concat", s -> concat(s, s.in(1, s.count()), s.integer(0))),
            many("ConcatOffset", Joining::offsets),
            many("Split", s -> split(s, s.in(1), s.axis(0, s.in(1)))),
            many("SplitV", s -> splitV(s, s.in(0), s.ints(1), s.axis(2, s.in(0)))),
            one("Pad", s -> pad(s, Pad.Mode.CONSTANT, zero(s))),
            one("PadV2", s -> pad(s, Pad.Mode.CONSTANT, s.in(2))),
            one("MirrorPad", s -> mirrored(s, s.raw(0))),
            one("SpaceToDepth", s -> spaceToDepth(s, s.attributes().integer("block_size"))),
            one("DepthToSpace", s -> depthToSpace(s, s.attributes().integer("block_size"))),
            one("SpaceToBatch", s -> spaceToBatch(s, square(s), s.ints(1))),
            one("BatchToSpace", s -> batchToSpace(s, square(s), s.ints(1))),
            one("ParallelConcat", s -> s.b().concat(0, s.all())),
            one("SpaceToBatchND", s -> spaceToBatch(s, s.ints(1), s.ints(2))),
            one("BatchToSpaceND", s -> batchToSpace(s, s.ints(1), s.ints(2))));

    private Joining() {}

    /** The block of the ops that have one for both axes of images. */
    private static int[] square(Site s) {
        int k = s.attributes().integer("block_size");
        return new int[] {k, k};
    }

    private static Value zero(Site s) {
        return s.b().constant(Tensor.zeros(TensorType.of(s.dtype(0))));
    }

    static Value pack(Site s, List<Value> parts, int axis) {
        List<Value> rows = parts.stream().map(p -> s.b().expandDims(p, axis)).toList();
        return s.b().concat(axis, rows);
    }

    static List<Value> unpack(Site s, Value x, int axis) {
        int n = s.attributes().integer("num");
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            parts.add(s.b().squeeze(s.b().slice(x, axis, i, i + 1), axis));
        }
        return parts;
    }

    /** TensorFlow leaves out empty vectors of another rank; here all parts have one rank. */
    static Value concat(Site s, List<Value> parts, int axis) {
        int at = parts.get(0).shape().axis(axis);
        return parts.size() == 1
                ? parts.get(0)
                : s.b().addAll(new Concat(at), parts).get(0);
    }

    private static List<Value> offsets(Site s) {
        int axis = s.integer(0);
        List<Value> all = new ArrayList<>();
        int sum = 0;
        for (int i = 1; i < s.count(); i++) {
            int[] shape = s.ints(i);
            int[] at = new int[shape.length];
            int a = axis < 0 ? axis + shape.length : axis;
            at[a] = sum;
            sum += shape[a];
            all.add(Elementwise.cast(s.b(), s.b().ints(at), s.dtype(i)));
        }
        return all;
    }

    private static List<Value> split(Site s, Value x, int axis) {
        int n = s.attributes().integer("num_split");
        int size = x.shape().dim(axis);
        if (size == Shape.UNKNOWN || n < 1 || size % n != 0) {
            throw new ShapeException("expected " + n + " equal parts but was " + x.type() + " along axis " + axis);
        }
        int[] sizes = new int[n];
        Arrays.fill(sizes, size / n);
        return s.b().split(x, axis, sizes);
    }

    private static List<Value> splitV(Site s, Value x, int[] sizes, int axis) {
        int open = -1;
        int sum = 0;
        for (int i = 0; i < sizes.length; i++) {
            open = sizes[i] < 0 ? i : open;
            sum += Math.max(sizes[i], 0);
        }
        if (open >= 0) {
            sizes[open] = x.shape().dim(axis) - sum;
        }
        return s.b().split(x, axis, sizes);
    }

    /** x with what is near its edges mirrored around it. */
    static Value mirrored(Site s, TfValue x) {
        boolean reflect = s.attributes().string("mode", "").equals("REFLECT");
        Site on = s.given(x, s.raw(1));
        return pad(on, reflect ? Pad.Mode.REFLECT : Pad.Mode.SYMMETRIC, zero(on));
    }

    private static Value pad(Site s, Pad.Mode mode, Value value) {
        int[] pairs = s.ints(1);
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            low.add(pairs[i]);
            high.add(pairs[i + 1]);
        }
        return s.b().add(new Pad(mode, low, high), s.in(0), value);
    }

    private static boolean channelsFirst(Site s) {
        String format = s.attributes().string("data_format", "NHWC");
        if (!format.equals("NHWC") && !format.equals("NCHW")) {
            throw s.unsupported("data format " + format);
        }
        return format.equals("NCHW");
    }

    private static Value spaceToDepth(Site s, int k) {
        Value x = channelsFirst(s) ? s.b().transpose(s.in(0), 0, 2, 3, 1) : s.in(0);
        Dim[] d = s.b().dims(x);
        Dim block = Dim.of(k);
        Dim h = Shapes.over(s, d[1], k);
        Dim w = Shapes.over(s, d[2], k);
        Value parts = s.b().reshape(x, d[0], h, block, w, block, d[3]);
        Value turned = s.b().transpose(parts, 0, 1, 3, 2, 4, 5);
        Value y = s.b().reshape(turned, d[0], h, w, Shapes.times(s, d[3], Dim.of(k * k)));
        return channelsFirst(s) ? s.b().transpose(y, 0, 3, 1, 2) : y;
    }

    private static Value depthToSpace(Site s, int k) {
        Value x = channelsFirst(s) ? s.b().transpose(s.in(0), 0, 2, 3, 1) : s.in(0);
        Dim[] d = s.b().dims(x);
        Dim block = Dim.of(k);
        Dim c = Shapes.over(s, d[3], k * k);
        Value parts = s.b().reshape(x, d[0], d[1], d[2], block, block, c);
        Value turned = s.b().transpose(parts, 0, 1, 3, 2, 4, 5);
        Value y = s.b().reshape(turned, d[0], Shapes.times(s, d[1], block), Shapes.times(s, d[2], block), c);
        return channelsFirst(s) ? s.b().transpose(y, 0, 3, 1, 2) : y;
    }

    /** {@code [b, s₁…, rest] → [k₁·…·b, s₁/k₁…, rest]}: blocks become batches, the block's place the major part. */
    private static Value spaceToBatch(Site s, int[] block, int[] pads) {
        int m = block.length;
        Value x = s.in(0);
        int rank = x.shape().rank();
        Integer[] low = new Integer[rank];
        Integer[] high = new Integer[rank];
        Arrays.fill(low, 0);
        Arrays.fill(high, 0);
        for (int i = 0; i < m; i++) {
            low[i + 1] = pads[2 * i];
            high[i + 1] = pads[2 * i + 1];
        }
        x = s.b().add(new Pad(Pad.Mode.CONSTANT, List.of(low), List.of(high)), x, zero(s));
        Dim[] d = s.b().dims(x);
        List<Dim> apart = new ArrayList<>(List.of(d[0]));
        List<Integer> order = new ArrayList<>();
        List<Dim> joined = new ArrayList<>();
        for (int i = 0; i < m; i++) {
            apart.add(Shapes.over(s, d[i + 1], block[i]));
            apart.add(Dim.of(block[i]));
            order.add(2 * i + 2);
            joined.add(Shapes.over(s, d[i + 1], block[i]));
        }
        order.add(0);
        for (int i = 0; i < m; i++) {
            order.add(2 * i + 1);
        }
        for (int a = m + 1; a < rank; a++) {
            order.add(order.size());
            apart.add(d[a]);
            joined.add(d[a]);
        }
        joined.add(0, Shapes.times(s, d[0], Dim.of(Arrays.stream(block).reduce(1, (p, q) -> p * q))));
        Value y = s.b().transpose(
                        s.b().reshape(x, apart.toArray(Dim[]::new)),
                        order.stream().mapToInt(i -> i).toArray());
        return s.b().reshape(y, joined.toArray(Dim[]::new));
    }

    private static Value batchToSpace(Site s, int[] block, int[] crops) {
        int m = block.length;
        Value x = s.in(0);
        int rank = x.shape().rank();
        int product = Arrays.stream(block).reduce(1, (p, q) -> p * q);
        Dim[] d = s.b().dims(x);
        List<Dim> apart = new ArrayList<>();
        Arrays.stream(block).forEach(k -> apart.add(Dim.of(k)));
        apart.add(Shapes.over(s, d[0], product));
        List<Integer> order = new ArrayList<>(List.of(m));
        List<Dim> joined = new ArrayList<>();
        joined.add(apart.get(m));
        for (int i = 0; i < m; i++) {
            apart.add(d[i + 1]);
            order.add(m + 1 + i);
            order.add(i);
            joined.add(Shapes.times(s, d[i + 1], Dim.of(block[i])));
        }
        for (int a = m + 1; a < rank; a++) {
            order.add(m + a);
            apart.add(d[a]);
            joined.add(d[a]);
        }
        Value y = s.b().transpose(
                        s.b().reshape(x, apart.toArray(Dim[]::new)),
                        order.stream().mapToInt(i -> i).toArray());
        y = s.b().reshape(y, joined.toArray(Dim[]::new));
        for (int i = 0; i < m; i++) {
            y = s.b().slice(y, i + 1, crops[2 * i], crops[2 * i + 1] == 0 ? Slice.END : -crops[2 * i + 1]);
        }
        return y;
    }
}
