package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Numbers rounded to what a few bits can hold, and left as floating-point numbers. */
final class Quantisation {
    static final List<TfOp> ALL = List.of(
            one(
                    "FakeQuantWithMinMaxArgs",
                    s -> fake(
                            s,
                            number(s, s.attributes().real("min", -6)),
                            number(s, s.attributes().real("max", 6)))),
            one("FakeQuantWithMinMaxVars", s -> fake(s, s.in(1), s.in(2))),
            one("FakeQuantWithMinMaxVarsPerChannel", s -> fake(s, s.in(1), s.in(2))));

    private Quantisation() {}

    private static Value number(Site s, double x) {
        return s.b().constant(s.dtype(0), x);
    }

    /** x in the range moved so that 0 is one of its {@code 2^bits} steps, rounded to the nearest. */
    private static Value fake(Site s, Value min, Value max) {
        Builder b = s.b();
        double least = s.attributes().bool("narrow_range", false) ? 1 : 0;
        double most = Math.pow(2, s.attributes().integer("num_bits", 8)) - 1;
        Value scale = b.binary(Binary.Fn.DIV, b.minus(max, min), most - least);
        Value inverse = b.over(number(s, most - least), b.minus(max, min));
        Value from = b.minus(number(s, least), b.over(min, scale));
        Value rounded = b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, from, 0.5));
        Value zero = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, rounded, least), most);
        Value low = b.times(b.minus(number(s, least), zero), scale);
        Value high = b.times(b.minus(number(s, most), zero), scale);
        Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, s.in(0), low), high);
        Value steps = b.binary(Binary.Fn.ADD, b.times(b.minus(inside, low), inverse), 0.5);
        Value y = b.plus(b.times(b.unary(Unary.Fn.FLOOR, steps), scale), low);
        Value none = b.binary(
                Binary.Fn.AND,
                b.compare(Compare.Fn.EQ, min, number(s, 0)),
                b.compare(Compare.Fn.EQ, max, number(s, 0)));
        Value passed =
                b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, s.in(0), moved(b, min, low)), moved(b, max, high));
        return b.select(none, number(s, 0), moved(b, passed, y));
    }

    /** y, with the gradient of x. */
    private static Value moved(Builder b, Value x, Value y) {
        return b.plus(b.add(new StopGradient(), b.minus(y, x)), x);
    }
}
