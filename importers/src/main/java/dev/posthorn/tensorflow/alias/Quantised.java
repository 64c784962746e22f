package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Real numbers made integers of few bits, and back. */
final class Quantised {
    static final List<TfOp> ALL = List.of(
            many("QuantizeV2", Quantised::quantize),
            one("Dequantize", Quantised::dequantize),
            one("QuantizeAndDequantize", s -> {
                Value low = s.b().constant(s.dtype(0), s.attributes().real("input_min", 0));
                Value high = s.b().constant(s.dtype(0), s.attributes().real("input_max", 0));
                return rounded(s, low, high, bits(s), s.in(0));
            }),
            one("QuantizeAndDequantizeV2", s -> rounded(s, s.in(1), s.in(2), bits(s), s.in(0))),
            one("QuantizeAndDequantizeV3", s -> rounded(s, s.in(1), s.in(2), s.integer(3), s.in(0))),
            one("QuantizeAndDequantizeV4", s -> {
                Value inside = inside(s.b(), s.in(0), along(s, s.in(1)), along(s, s.in(2)));
                Value passed = s.b().select(inside, s.in(0), s.b().add(new StopGradient(), s.in(0)));
                return rounded(s, s.in(1), s.in(2), bits(s), passed);
            }),
            many("QuantizeAndDequantizeV4Grad", s -> {
                Builder b = s.b();
                Value inside = inside(b, s.in(1), along(s, s.in(2)), along(s, s.in(3)));
                Value zero = b.constant(s.dtype(0), 0);
                Value none = b.broadcastTo(zero, b.dims(s.in(2)));
                return List.of(b.select(inside, s.in(0), zero), none, none);
            }));

    private Quantised() {}

    private static int bits(Site s) {
        return (int) s.attributes().integer("num_bits", 8);
    }

    /** Bounds of a whole tensor, or one of each slice along the attribute {@code axis}. */
    private static Value along(Site s, Value bound) {
        int axis = (int) s.attributes().integer("axis", -1);
        int rank = s.shape(0).rank();
        if (axis < 0 || bound.shape().rank() == 0) {
            return bound.shape().rank() == 0 ? bound : s.b().reshape(bound, new Dim[0]);
        }
        Dim[] dims = new Dim[rank];
        Arrays.fill(dims, Dim.of(1));
        dims[axis] = s.b().dim(bound, 0);
        return s.b().reshape(bound, dims);
    }

    private static Value inside(Builder b, Value x, Value low, Value high) {
        return b.binary(Binary.Fn.AND, b.compare(Compare.Fn.GE, x, low), b.compare(Compare.Fn.LE, x, high));
    }

    /** The lesser of how often a bound goes into its limit; a bound of another sign than its limit does not count. */
    private static Value scale(Builder b, Value low, double least, Value high, double most) {
        return b.binary(Binary.Fn.MIN, side(b, low, least), side(b, high, most));
    }

    private static Value side(Builder b, Value bound, double limit) {
        Value counts = b.compare(Compare.Fn.GT, b.binary(Binary.Fn.MUL, bound, limit), b.constant(bound.dtype(), 0));
        Value divisor = b.select(counts, bound, b.constant(bound.dtype(), 1));
        Value times = b.over(b.constant(bound.dtype(), limit), divisor);
        return b.select(
                counts,
                times,
                b.constant(bound.dtype(), bound.dtype() == DType.FLOAT64 ? Double.MAX_VALUE : Float.MAX_VALUE));
    }

    /** {@code round(x·scale)/scale}, with the gradient of {@code passed}, whose values are x's. */
    private static Value rounded(Site s, Value min, Value max, int bits, Value passed) {
        Builder b = s.b();
        Value x = s.in(0);
        boolean given = s.attributes().bool("range_given", s.op().equals("QuantizeAndDequantizeV3"));
        boolean signed = s.attributes().bool("signed_input", true);
        double least = signed ? -Math.pow(2, bits - 1) + (s.attributes().bool("narrow_range", false) ? 1 : 0) : 0;
        double most = signed ? Math.pow(2, bits - 1) - 1 : Math.pow(2, bits) - 1;
        int axis = (int) s.attributes().integer("axis", -1);
        int[] axes = IntStream.range(0, x.shape().rank()).filter(a -> a != axis).toArray();
        Value low = given ? along(s, min) : b.reduce(Reduce.Fn.MIN, x, axis >= 0, axes);
        Value high = given ? along(s, max) : b.reduce(Reduce.Fn.MAX, x, axis >= 0, axes);
        Value byLow = b.compare(Compare.Fn.LT, side(b, low, least), side(b, high, most));
        Value scale = scale(b, low, least, high, most);
        Value inverse = least == 0
                ? b.binary(Binary.Fn.DIV, high, most)
                : b.select(byLow, b.binary(Binary.Fn.DIV, low, least), b.binary(Binary.Fn.DIV, high, most));
        Value cut = x;
        if (given) {
            Value lowest = b.select(byLow, low, b.binary(Binary.Fn.MUL, inverse, least));
            Value highest = b.select(byLow, b.binary(Binary.Fn.MUL, inverse, most), high);
            cut = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, x, highest), lowest);
        }
        Value steps = b.times(cut, scale);
        Value whole = s.attributes().string("round_mode", "HALF_TO_EVEN").equals("HALF_UP")
                ? b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, steps, 0.5))
                : b.unary(Unary.Fn.ROUND, steps);
        return Quantisation.moved(b, passed, b.times(whole, inverse));
    }

    /** The codes, and the range over which they are. */
    private static List<Value> quantize(Site s) {
        Builder b = s.b();
        DType type = s.attributes().type("T");
        String mode = s.attributes().string("mode", "MIN_COMBINED");
        Value min = b.binary(Binary.Fn.MIN, s.in(1), 0);
        Value size = b.binary(Binary.Fn.MAX, b.unary(Unary.Fn.ABS, s.in(1)), b.unary(Unary.Fn.ABS, s.in(2)));
        Value least = b.binary(
                Binary.Fn.MUL, b.binary(Binary.Fn.MAX, size, 1), s.attributes().real("ensure_minimum_range", 0.01f));
        Value max = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MAX, s.in(2), b.plus(min, least)), 0);
        Codes codes = new Codes(b, type, along(s, min), along(s, max));
        Value x = s.in(0);
        if (mode.equals("MIN_FIRST")) {
            return List.of(codes.encoded(x), min, max);
        }
        if (mode.equals("SCALED")) {
            double lowest = codes.lowest() + (s.attributes().bool("narrow_range", false) ? 1 : 0);
            Value scale = scale(b, min, lowest, max, codes.highest());
            Value from = b.over(b.constant(DType.FLOAT32, lowest), scale);
            Value to = b.over(b.constant(DType.FLOAT32, codes.highest()), scale);
            Value cut = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, x, along(s, to)), along(s, from));
            Value steps = Codes.wide(b, b.times(cut, along(s, scale)));
            Value whole = s.attributes().string("round_mode", "").equals("HALF_TO_EVEN")
                    ? b.unary(Unary.Fn.ROUND, steps)
                    : Codes.rounded(b, steps);
            return List.of(b.cast(whole, type), from, to);
        }
        Value scale = b.over(b.constant(DType.FLOAT32, codes.steps() - 1), b.minus(codes.max(), codes.min()));
        Value cut = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, x, codes.max()), codes.min());
        Value steps = b.times(b.minus(cut, codes.min()), scale);
        Value whole = codes.lowest() < 0
                ? Codes.rounded(b, Codes.wide(b, b.binary(Binary.Fn.ADD, steps, codes.lowest())))
                : b.binary(Binary.Fn.ADD, steps, 0.5);
        return List.of(b.cast(whole, type), min, max);
    }

    private static Value dequantize(Site s) {
        Builder b = s.b();
        String mode = s.attributes().string("mode", "MIN_COMBINED");
        Value min = along(s, s.in(1));
        Value max = along(s, s.in(2));
        Codes codes = new Codes(b, s.dtype(0), min, max);
        DType to = s.attributes().type("dtype", DType.FLOAT32);
        if (mode.equals("MIN_FIRST")) {
            return b.cast(codes.decoded(s.in(0)), to);
        }
        Value q = b.cast(s.in(0), DType.FLOAT32);
        if (mode.equals("SCALED")) {
            double lowest = codes.lowest() + (s.attributes().bool("narrow_range", false) ? 1 : 0);
            Value ofMax = b.binary(Binary.Fn.DIV, max, codes.highest());
            Value scale =
                    codes.lowest() == 0 ? ofMax : b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.DIV, min, lowest), ofMax);
            return b.cast(b.times(q, scale), to);
        }
        Value scale = b.binary(Binary.Fn.DIV, b.minus(max, min), codes.steps() - 1);
        return b.cast(b.plus(b.times(b.binary(Binary.Fn.SUB, q, codes.lowest()), scale), min), to);
    }
}
