package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;
import java.util.function.UnaryOperator;

/** Numbers rounded to what a few bits can hold, and left as floating-point numbers. */
final class Quantisation {
    static final List<TfOp> ALL = List.of(
            one(
                    "FakeQuantWithMinMaxArgs",
                    s -> fake(s, s.b(), s.in(0), bound(s, s.b(), "min", -6), bound(s, s.b(), "max", 6), false)),
            one("FakeQuantWithMinMaxVars", s -> fake(s, s.b(), s.in(0), s.in(1), s.in(2), true)),
            one("FakeQuantWithMinMaxVarsPerChannel", s -> fake(s, s.b(), s.in(0), s.in(1), s.in(2), false)));

    private Quantisation() {}

    private static Value bound(Site s, Builder b, String name, double ifAbsent) {
        return b.constant(s.dtype(0), s.attributes().real(name, ifAbsent));
    }

    /** The gradients by the inputs, and by the bounds where they are operands. */
    static List<Value> fakeGradient(Site s) {
        Value dy = s.in(0);
        if (s.count() == 2) {
            return Derivatives.all(
                    s.b(),
                    (b, in) -> fake(s, b, in.get(0), bound(s, b, "min", -6), bound(s, b, "max", 6), false),
                    dy,
                    List.of(s.in(1)));
        }
        return Derivatives.all(
                s.b(),
                (b, in) -> fake(s, b, in.get(0), in.get(1), in.get(2), false),
                dy,
                List.of(s.in(1), s.in(2), s.in(3)));
    }

    /**
     * x in the range moved so that 0 is one of its {@code 2^bits} steps, rounded to the nearest.
     *
     * @param divided whether x is divided by the length of a step, as with bounds that are scalar operands, or multiplied by
     *     {@code (2^bits − 1)/(max − min)}: where x lies between two steps that decides, and what TensorFlow's kernels for
     *     processors give was found by comparing 10⁶ such numbers
     */
    private static Value fake(Site s, Builder b, Value x, Value min, Value max, boolean divided) {
        DType type = x.dtype();
        double least = s.attributes().bool("narrow_range", false) ? 1 : 0;
        double most = Math.pow(2, s.attributes().integer("num_bits", 8)) - 1;
        Value scale = b.binary(Binary.Fn.DIV, b.minus(max, min), most - least);
        Value inverse = b.over(b.constant(type, most - least), b.minus(max, min));
        Value from = b.minus(b.constant(type, least), b.over(min, scale));
        Value rounded = b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, from, 0.5));
        Value zero = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, rounded, least), most);
        Value low = b.times(b.minus(b.constant(type, least), zero), scale);
        Value high = b.times(b.minus(b.constant(type, most), zero), scale);
        Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, x, low), high);
        // In the order in which TensorFlow rounds: the same bits.
        UnaryOperator<Value> inSteps = v -> divided ? b.over(v, scale) : b.times(v, inverse);
        Value first = inSteps.apply(b.unary(Unary.Fn.NEG, low));
        Value steps = b.minus(
                inSteps.apply(b.minus(inside, low)), b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, first, 0.5)));
        Value y = b.times(b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, steps, 0.5)), scale);
        Value none = b.binary(
                Binary.Fn.AND,
                b.compare(Compare.Fn.EQ, min, b.constant(type, 0)),
                b.compare(Compare.Fn.EQ, max, b.constant(type, 0)));
        Value passed = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, x, moved(b, min, low)), moved(b, max, high));
        return b.select(none, b.constant(type, 0), moved(b, passed, y));
    }

    /** y, with the gradient of x. */
    static Value moved(Builder b, Value x, Value y) {
        return b.add(new Substitute(), x, b.add(new StopGradient(), y));
    }
}
