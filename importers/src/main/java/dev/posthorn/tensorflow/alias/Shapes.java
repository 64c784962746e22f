package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Shapes, and tensors under other shapes. */
final class Shapes {
    static final List<TfOp> ALL = List.of(
            general("Identity", s -> List.of(read(s, 0))),
            Direct.of("StopGradient", new StopGradient()),
            one("PreventGradient", s -> s.b().add(new StopGradient(), s.in(0))),
            general("Snapshot", s -> List.of(read(s, 0))),
            general("PlaceholderWithDefault", s -> List.of(read(s, 0))),
            general("CheckNumerics", Shapes::finite),
            general("CheckNumericsV2", Shapes::finite),
            general("EnsureShape", s -> List.of(read(s, 0))),
            general("IdentityN", s -> {
                List<TfValue> all = new ArrayList<>();
                for (int i = 0; i < s.count(); i++) {
                    all.add(read(s, i));
                }
                return all;
            }),
            one("Shape", s -> shape(s, s.in(0))),
            many("ShapeN", s -> s.all().stream().map(x -> shape(s, x)).toList()),
            one("Rank", s -> s.b().constant(DType.INT32, s.shape(0).rank())),
            one(
                    "Size",
                    s -> Elementwise.cast(
                            s.b(), size(s, s.in(0)), s.attributes().type("out_type", DType.INT32))),
            one("Reshape", s -> s.b().add(new Reshape(), s.in(0), s.in(1))),
            one("ExpandDims", s -> s.b().expandDims(s.in(0), s.integer(1))),
            one("Squeeze", Shapes::squeeze),
            one("BroadcastTo", s -> s.b().add(new BroadcastTo(), s.in(0), s.in(1))),
            one("Fill", s -> s.b().add(new BroadcastTo(), s.in(1), s.in(0))),
            one("Range", Shapes::range),
            one("LinSpace", Shapes::linSpace),
            one("Tile", Shapes::tile),
            one("BroadcastArgs", Shapes::broadcastArgs),
            many("BroadcastGradientArgs", Shapes::broadcastGradient),
            one("Transpose", s -> s.b().transpose(s.in(0), s.ints(1))),
            one("ConjugateTranspose", s -> ComplexNumbers.conjugate(s.b(), s.b().transpose(s.in(0), s.ints(1)))),
            one("InvertPermutation", Shapes::inverse));

    private Shapes() {}

    /** The input itself; a call in which it is not finite is an error. */
    private static List<TfValue> finite(Site s) {
        Value infinite = s.b().constant(s.dtype(0), Double.POSITIVE_INFINITY);
        Value each = s.b().compare(Compare.Fn.LT, s.b().unary(Unary.Fn.ABS, s.in(0)), infinite);
        int[] axes = IntStream.range(0, s.shape(0).rank()).toArray();
        String message = s.attributes().string("message", "");
        s.frame()
                .state()
                .check(
                        s.b(),
                        "finite numbers (" + message + ", at " + s.where() + ")",
                        s.b().reduce(Reduce.Fn.ALL, each, false, axes));
        return List.of(read(s, 0));
    }

    /** The input itself; a variable of TensorFlow 1 is read at this point. */
    static TfValue read(Site s, int i) {
        return s.raw(i) instanceof TfValue.Reference ? new TfValue.Of(s.in(i)) : s.raw(i);
    }

    static Value shape(Site s, Value x) {
        return Elementwise.cast(
                s.b(), s.b().add(new ShapeOf(), x), s.attributes().type("out_type", DType.INT32));
    }

    static Value size(Site s, Value x) {
        return s.b().reduce(Reduce.Fn.PROD, s.b().add(new ShapeOf(), x), false, 0);
    }

    /** Input {@code i} as a shape that is known before the graph runs. */
    private static Shape asShape(Site s, int i) {
        return Shape.of(s.ints(i));
    }

    private static Value ints(Site s, int[] values) {
        return Elementwise.cast(s.b(), s.b().ints(values), s.dtype(0));
    }

    private static Value squeeze(Site s) {
        Shape x = s.shape(0);
        List<Integer> axes = s.attributes().ints(s.attributes().has("squeeze_dims") ? "squeeze_dims" : "axis");
        boolean[] drop = new boolean[x.rank()];
        axes.forEach(a -> drop[x.axis(a)] = true);
        List<Dim> dims = new ArrayList<>();
        for (int a = 0; a < drop.length; a++) {
            if (axes.isEmpty() && x.dim(a) == Shape.UNKNOWN) {
                throw s.unsupported("axes to squeeze that are known only when the graph runs");
            }
            if (drop[a] && x.dim(a) != 1 && x.dim(a) != Shape.UNKNOWN) {
                throw new ShapeException("expected an axis of length 1 but was axis " + a + " of " + x);
            }
            if (!(drop[a] || axes.isEmpty() && x.dim(a) == 1)) {
                dims.add(s.b().dim(s.in(0), a));
            }
        }
        return s.b().reshape(s.in(0), dims.toArray(Dim[]::new));
    }

    private static Value range(Site s) {
        DType dtype = s.dtype(0);
        if (s.isConstant(0) && s.isConstant(1) && s.isConstant(2)) {
            Tensor start = s.constant(0);
            Tensor delta = s.constant(2);
            double by = delta.getDouble(0);
            double n = Math.ceil((s.constant(1).getDouble(0) - start.getDouble(0)) / by);
            if (by == 0 || !(n < 1 << 28)) {
                throw new ShapeException(
                        "expected a range of fewer than 2^28 numbers but was from " + start.getDouble(0) + " by " + by);
            }
            Value i = s.b().add(new Iota(dtype), s.b().constant(DType.INT32, Math.max(n, 0)));
            return s.b().plus(s.b().times(i, s.in(2)), s.in(0));
        }
        Value wide = s.b().minus(s.in(1), s.in(0));
        Value n;
        if (dtype.isInteger()) {
            Value negative = s.b().unary(dev.posthorn.ir.op.Unary.Fn.NEG, wide);
            n = s.b().unary(dev.posthorn.ir.op.Unary.Fn.NEG, s.b().binary(Binary.Fn.FLOOR_DIV, negative, s.in(2)));
        } else {
            n = s.b().unary(dev.posthorn.ir.op.Unary.Fn.CEIL, s.b().over(wide, s.in(2)));
        }
        Value count = s.b().cast(s.b().binary(Binary.Fn.MAX, n, 0), DType.INT32);
        Value i = s.b().add(new Iota(dtype), count);
        return s.b().plus(s.b().times(i, s.in(2)), s.in(0));
    }

    private static Value linSpace(Site s) {
        int n = s.integer(2);
        Value i = s.b().add(new Iota(s.dtype(0)), s.b().constant(DType.INT32, n));
        Value step = s.b().binary(Binary.Fn.DIV, s.b().minus(s.in(1), s.in(0)), Math.max(n - 1, 1));
        Value all = s.b().plus(s.b().times(i, step), s.in(0));
        if (n < 2) {
            return all;
        }
        // The last number is the end itself.
        Value last = s.b().reshape(s.in(1), 1);
        return s.b().concat(0, List.of(s.b().slice(all, 0, 0, n - 1), last));
    }

    /** Each axis is split in repetitions and elements, and broadcast. */
    private static Value tile(Site s) {
        Value x = s.in(0);
        int rank = s.shape(0).rank();
        List<Dim> times = s.dims(1);
        if (times.size() != rank) {
            throw new ShapeException("expected multiples for each axis of " + x.shape() + " but was " + times.size());
        }
        Dim[] apart = new Dim[2 * rank];
        Dim[] repeated = new Dim[2 * rank];
        Dim[] joined = new Dim[rank];
        for (int a = 0; a < rank; a++) {
            Dim d = s.b().dim(x, a);
            apart[2 * a] = Dim.of(1);
            apart[2 * a + 1] = d;
            repeated[2 * a] = times.get(a);
            repeated[2 * a + 1] = d;
            joined[a] = times(s, times.get(a), d);
        }
        return s.b().reshape(s.b().broadcastTo(s.b().reshape(x, apart), repeated), joined);
    }

    static Dim times(Site s, Dim a, Dim b) {
        if (a.isKnown() && b.isKnown()) {
            return Dim.of(Math.multiplyExact(a.known(), b.known()));
        }
        return new Dim(Shape.UNKNOWN, s.b().times(value(s, a), value(s, b)));
    }

    /** The quotient without its fraction. */
    static Dim over(Site s, Dim a, int b) {
        return a.isKnown()
                ? Dim.of(a.known() / b)
                : new Dim(Shape.UNKNOWN, s.b().binary(Binary.Fn.FLOOR_DIV, a.value(), b));
    }

    static Value value(Site s, Dim d) {
        return d.isKnown() ? s.b().constant(DType.INT32, d.known()) : d.value();
    }

    /** The shape to which two are broadcast, which may be known only when the graph runs. */
    private static Value broadcastArgs(Site s) {
        if (s.isConstant(0) && s.isConstant(1)) {
            return ints(s, Shape.broadcast(asShape(s, 0), asShape(s, 1)).dims());
        }
        Builder b = s.b();
        int n = s.shape(0).dim(0);
        int m = s.shape(1).dim(0);
        if (n < 0 || m < 0) {
            throw s.unsupported("shapes of unknown rank");
        }
        Value one = b.constant(s.dtype(0), 1);
        Value x = b.concat(0, List.of(b.broadcastTo(one, Dim.of(Math.max(0, m - n))), s.in(0)));
        Value y = b.concat(0, List.of(b.broadcastTo(one, Dim.of(Math.max(0, n - m))), s.in(1)));
        Value free = b.compare(Compare.Fn.EQ, x, one);
        Value fits = b.binary(
                Binary.Fn.OR,
                b.binary(Binary.Fn.OR, free, b.compare(Compare.Fn.EQ, y, one)),
                b.compare(Compare.Fn.EQ, x, y));
        s.frame()
                .state()
                .check(b, "shapes that broadcast (" + s.where() + ")", b.reduce(Reduce.Fn.ALL, fits, false, 0));
        return b.select(free, y, x);
    }

    /** The axes over which each operand was broadcast. */
    private static List<Value> broadcastGradient(Site s) {
        int[] a = s.ints(0);
        int[] b = s.ints(1);
        int rank = Math.max(a.length, b.length);
        int[][] reduced = new int[2][0];
        int[] out = Shape.broadcast(Shape.of(a), Shape.of(b)).dims();
        for (int axis = 0; axis < rank; axis++) {
            int[][] all = {a, b};
            for (int i = 0; i < 2; i++) {
                int at = axis - (rank - all[i].length);
                if (at < 0 || all[i][at] == 1 && (out[axis] != 1 || all[1 - i].length > all[i].length)) {
                    reduced[i] = Arrays.copyOf(reduced[i], reduced[i].length + 1);
                    reduced[i][reduced[i].length - 1] = axis;
                }
            }
        }
        return List.of(ints(s, reduced[0]), ints(s, reduced[1]));
    }

    private static Value inverse(Site s) {
        if (!s.isConstant(0)) {
            Value n = Shapes.value(s, s.b().dim(s.in(0), 0));
            Value places = s.b().add(new Iota(s.dtype(0)), n);
            return s.b().add(new Scatter(Scatter.Fn.SET), places, s.in(0), places);
        }
        int[] p = s.ints(0);
        int[] q = new int[p.length];
        for (int i = 0; i < p.length; i++) {
            if (p[i] < 0 || p[i] >= p.length) {
                throw new ShapeException("expected a permutation but was " + Arrays.toString(p));
            }
            q[p[i]] = i;
        }
        return ints(s, q);
    }
}
