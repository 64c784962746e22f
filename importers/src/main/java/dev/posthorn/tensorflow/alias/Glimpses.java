package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/**
 * Parts of pictures about given places: {@code x[b×h×w×c], size[2], offsets[b×2] → y[b×size×c]}. What is beyond a
 * picture is 0, or noise, whose numbers are others in each run, as TensorFlow's are. Source:
 * tensorflow/core/kernels/eigen_attention.h.
 */
final class Glimpses {
    static final List<TfOp> ALL =
            List.of(one("ExtractGlimpse", Glimpses::glimpse), one("ExtractGlimpseV2", Glimpses::glimpse));

    private Glimpses() {}

    private static Value glimpse(Site s) {
        Builder b = s.b();
        Value x = s.in(0);
        List<Dim> size = s.dims(1);
        Value rows = places(s, 0, size.get(0));
        Value columns = places(s, 1, size.get(1));
        Value y = Indexing.gather(s, x, inside(b, rows, b.dim(x, 1)), 1, 1);
        y = Indexing.gather(s, y, inside(b, columns, b.dim(x, 2)), 2, 1);
        Value held = b.binary(
                Binary.Fn.AND,
                b.expandDims(holds(b, rows, b.dim(x, 1)), 2),
                b.expandDims(holds(b, columns, b.dim(x, 2)), 1));
        return b.select(b.expandDims(held, 3), y, beyond(s, x, y));
    }

    /** The rows or columns {@code [b×n]} of the pictures that are seen. */
    private static Value places(Site s, int axis, Dim n) {
        Builder b = s.b();
        boolean normalized = s.attributes().bool("normalized", true);
        boolean centered = s.attributes().bool("centered", true);
        boolean first = s.op().equals("ExtractGlimpse");
        Value whole = b.cast(Extents.scalar(b, b.dim(s.in(0), axis + 1)), DType.FLOAT32);
        Value part = b.cast(Extents.scalar(b, n), DType.FLOAT32);
        Value at = b.slice(s.in(2), 1, axis, axis + 1);
        at = normalized ? b.times(at, whole) : at;
        if (centered) {
            boolean halved = normalized || first;
            at = halved ? b.binary(Binary.Fn.MUL, at, 0.5) : at;
            at = b.plus(at, b.binary(Binary.Fn.MUL, whole, 0.5));
        }
        boolean middle = first || normalized && centered;
        at = middle ? b.minus(at, b.binary(Binary.Fn.MUL, part, 0.5)) : at;
        return b.plus(b.cast(at, DType.INT32), b.add(new Iota(DType.INT32), Extents.scalar(b, n)));
    }

    private static Value inside(Builder b, Value at, Dim n) {
        Value last = b.binary(Binary.Fn.SUB, Extents.scalar(b, n), 1);
        return b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, at, last), 0);
    }

    private static Value holds(Builder b, Value at, Dim n) {
        Value low = b.compare(Compare.Fn.GE, at, b.constant(DType.INT32, 0));
        return b.binary(Binary.Fn.AND, low, b.compare(Compare.Fn.LT, at, Extents.scalar(b, n)));
    }

    private static Value beyond(Site s, Value x, Value y) {
        Builder b = s.b();
        String given = s.attributes().string("noise", "uniform");
        String noise = !given.isEmpty() ? given : s.attributes().bool("uniform_noise", true) ? "uniform" : "gaussian";
        if (noise.equals("zero")) {
            return b.constant(x.dtype(), 0);
        }
        boolean uniform = noise.equals("uniform");
        int[] axes = uniform ? new int[] {1, 2, 3} : new int[] {1, 2};
        Value least = b.reduce(Reduce.Fn.MIN, x, true, axes);
        Value most = b.reduce(Reduce.Fn.MAX, x, true, axes);
        Value shape = b.add(new ShapeOf(), y);
        Random op = new Random(uniform ? Random.Distribution.UNIFORM : Random.Distribution.NORMAL, DType.FLOAT32);
        Value n = b.reduce(Reduce.Fn.PROD, b.cast(shape, DType.INT64), false, 0);
        Value draws = StatefulRandoms.counted(s, n, 1, (k, c) -> b.add(op, shape, k, c));
        if (uniform) {
            return b.plus(least, b.times(draws, b.minus(most, least)));
        }
        Value mean = b.reduce(Reduce.Fn.MEAN, x, true, axes);
        Value spread = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(x, mean)), true, axes);
        Value drawn = b.plus(mean, b.times(draws, b.unary(Unary.Fn.SQRT, spread)));
        return b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, drawn, most), least);
    }
}
