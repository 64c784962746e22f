package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.PoolingSequences;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Pooling over windows of random sizes: the largest or the mean of each, and where they begin. Windows are gathered,
 * the longest of them setting the size, and what is beyond a shorter one does not count. Source: TF FractionalMaxPool,
 * FractionalAvgPool.
 */
final class FractionalPools {
    static final List<TfOp> ALL = List.of(
            many("FractionalMaxPool", s -> pooled(s, true)),
            many("FractionalAvgPool", s -> pooled(s, false)),
            one("FractionalMaxPoolGrad", s -> gradient(s, true, s.in(0), s.in(2), 3)),
            one("FractionalAvgPoolGrad", s -> {
                Value zeros = s.b().constant(Tensor.zeros(new TensorType(s.dtype(1), Shape.of(s.ints(0)))));
                return gradient(s, false, zeros, s.in(1), 2);
            }));

    private FractionalPools() {}

    private static List<Value> pooled(Site s, boolean largest) {
        Builder b = s.b();
        Value x = s.in(0);
        List<Double> ratio = s.attributes().reals("pooling_ratio");
        if (ratio.size() != 4 || ratio.get(0) != 1 || ratio.get(3) != 1) {
            throw s.unsupported("pooling_ratio " + ratio);
        }
        List<Integer> outputs = new ArrayList<>();
        List<Value> lengths = new ArrayList<>();
        for (int axis = 1; axis < 3; axis++) {
            int n = s.shape(0).dim(axis);
            if (n == Shape.UNKNOWN) {
                throw s.unsupported("a size that is known only when the graph runs");
            }
            outputs.add((int) (n / ratio.get(axis).floatValue()));
            lengths.add(b.constant(DType.INT32, n));
        }
        boolean pseudo = s.attributes().bool("pseudo_random", false);
        PoolingSequences op = new PoolingSequences(outputs, pseudo);
        int each = outputs.stream().mapToInt(m -> pseudo ? 1 : (m + 3) / 4).sum();
        List<Value> sequences = new ArrayList<>();
        BiFunction<Value, Value, Value> draw = (key, counter) -> {
            List<Value> in = new ArrayList<>(lengths);
            in.addAll(List.of(key, counter));
            sequences.addAll(b.addAll(op, in));
            return sequences.get(0);
        };
        if (s.attributes().bool("deterministic", false)) {
            StatefulRandoms.fixed(s, draw);
        } else {
            StatefulRandoms.counted(s, b.constant(DType.INT64, each), 1, draw);
        }
        boolean overlapping = s.attributes().bool("overlapping", false);
        Value y = of(b, largest, overlapping, x, sequences.get(0), sequences.get(1));
        return List.of(y, sequences.get(0), sequences.get(1));
    }

    private static Value gradient(Site s, boolean largest, Value x, Value dy, int sequences) {
        boolean overlapping = s.attributes().bool("overlapping", false);
        return Derivatives.all(
                        s.b(),
                        (b, in) -> of(b, largest, overlapping, in.get(0), in.get(1), in.get(2)),
                        dy,
                        List.of(x, s.in(sequences), s.in(sequences + 1)))
                .get(0);
    }

    /** Of windows {@code [b×rows×columns×taps×c]} the first of the largest elements, or the mean. */
    private static Value of(Builder b, boolean largest, boolean overlapping, Value x, Value rows, Value columns) {
        Axis down = Axis.of(b, x, 1, rows, overlapping);
        Axis across = Axis.of(b, x, 2, columns, overlapping);
        Value v = b.gather(b.gather(x, down.places, 1), across.places, 3); // b, rows, taps, columns, taps, c
        Value counts = b.binary(
                Binary.Fn.AND,
                b.reshape(down.counts, down.windows, down.taps, 1, 1, 1),
                b.reshape(across.counts, across.windows, across.taps, 1));
        Value taken = b.transpose(b.select(counts, v, least(b, v.dtype(), largest)), 0, 1, 3, 2, 4, 5);
        int taps = down.taps * across.taps;
        Value flat =
                b.reshape(taken, b.dim(x, 0), Dim.of(down.windows), Dim.of(across.windows), Dim.of(taps), b.dim(x, 3));
        if (!largest) {
            Value sizes = b.times(b.reshape(down.sizes(b), down.windows, 1, 1), b.reshape(across.sizes(b), -1, 1));
            return b.over(b.reduce(Reduce.Fn.SUM, flat, false, 3), b.cast(sizes, x.dtype()));
        }
        Value first = b.expandDims(b.add(new ArgReduce(true, 3, DType.INT32), flat), 3);
        Value places = b.reshape(b.add(new Iota(DType.INT32), b.constant(DType.INT32, taps)), taps, 1);
        Value chosen = b.select(b.compare(Compare.Fn.EQ, first, places), flat, b.constant(x.dtype(), 0));
        return b.reduce(Reduce.Fn.SUM, chosen, false, 3);
    }

    private static Value least(Builder b, DType type, boolean largest) {
        if (!largest) {
            return b.constant(type, 0);
        }
        return switch (type) {
            case INT32 -> b.constant(type, Integer.MIN_VALUE);
            case INT64 -> b.constant(type, Long.MIN_VALUE);
            default -> b.constant(type, Double.NEGATIVE_INFINITY);
        };
    }

    /** The windows along an axis: the places {@code [windows×taps]} that they see, and which of them count. */
    private record Axis(int windows, int taps, Value places, Value counts) {
        static Axis of(Builder b, Value x, int axis, Value sequence, boolean overlapping) {
            int n = x.shape().dim(axis);
            int windows = sequence.shape().dim(0) - 1;
            int taps = Math.min(n, n / windows + 1 + (overlapping ? 1 : 0));
            Value all = b.cast(sequence, DType.INT32);
            Value from = b.expandDims(b.slice(all, 0, 0, windows), 1);
            Value to = b.expandDims(b.slice(all, 0, 1, windows + 1), 1);
            to = overlapping ? b.binary(Binary.Fn.ADD, to, 1) : to;
            to = b.binary(Binary.Fn.MIN, to, n);
            Value at = b.plus(from, b.add(new Iota(DType.INT32), b.constant(DType.INT32, taps)));
            Value counts = b.compare(Compare.Fn.LT, at, to);
            return new Axis(windows, taps, b.binary(Binary.Fn.MIN, at, n - 1), counts);
        }

        Value sizes(Builder b) {
            return b.reduce(Reduce.Fn.SUM, b.cast(counts, DType.INT32), false, 1);
        }
    }
}
