package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.ElementwiseOperations.bool;
import static dev.posthorn.keras.operation.ElementwiseOperations.constant;
import static dev.posthorn.keras.operation.ElementwiseOperations.floating;
import static dev.posthorn.keras.operation.ElementwiseOperations.not;
import static dev.posthorn.keras.operation.ElementwiseOperations.numeric;
import static dev.posthorn.keras.operation.ElementwiseOperations.scaled;
import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Operations whose results are truth values, element by element. Source:
 * keras/src/backend/tensorflow/numpy.py, math.py, core.py.
 */
final class ComparisonOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry(
                    "AllClose",
                    of(a -> a.b().reduce(
                                    Reduce.Fn.ALL,
                                    allClose(a),
                                    false,
                                    IntStream.range(0, allClose(a).shape().rank())
                                            .toArray()))),
            Map.entry("Equal", compare(Compare.Fn.EQ)),
            Map.entry("Greater", compare(Compare.Fn.GT)),
            Map.entry("GreaterEqual", compare(Compare.Fn.GE)),
            Map.entry("Isclose", of(ComparisonOperations::isClose)),
            Map.entry("Isfinite", of(a -> magnitude(a, Compare.Fn.LT))),
            Map.entry("Isinf", of(a -> magnitude(a, Compare.Fn.EQ))),
            Map.entry("Isnan", of(a -> isNan(a.b(), floating(a)))),
            Map.entry(
                    "Isneginf",
                    of(a -> a.b().compare(
                                    Compare.Fn.EQ,
                                    floating(a),
                                    constant(a.b(), floating(a), Double.NEGATIVE_INFINITY)))),
            Map.entry(
                    "Isposinf",
                    of(a -> a.b().compare(
                                    Compare.Fn.EQ,
                                    floating(a),
                                    constant(a.b(), floating(a), Double.POSITIVE_INFINITY)))),
            Map.entry("Less", compare(Compare.Fn.LT)),
            Map.entry("LessEqual", compare(Compare.Fn.LE)),
            Map.entry("LogicalAnd", logical(Binary.Fn.AND)),
            Map.entry("LogicalNot", of(a -> not(a.b(), bool(a.b(), a.x())))),
            Map.entry("LogicalOr", logical(Binary.Fn.OR)),
            Map.entry("LogicalXor", logical(Binary.Fn.XOR)),
            Map.entry("NotEqual", compare(Compare.Fn.NE)),
            Map.entry("Signbit", of(ComparisonOperations::signBit)));

    private ComparisonOperations() {}

    private static Operation compare(Compare.Fn fn) {
        return of(a -> {
            List<Value> in = a.strong();
            return a.b().compare(fn, in.get(0), in.get(1));
        });
    }

    private static Operation logical(Binary.Fn fn) {
        return of(a -> {
            List<Value> in = a.strong();
            return a.b().binary(fn, bool(a.b(), in.get(0)), bool(a.b(), in.get(1)));
        });
    }

    static Value isNan(Builder b, Value x) {
        return b.compare(Compare.Fn.NE, x, x);
    }

    private static Value magnitude(Arguments a, Compare.Fn fn) {
        Value x = floating(a);
        return a.b().compare(fn, a.b().unary(Unary.Fn.ABS, x), constant(a.b(), x, Double.POSITIVE_INFINITY));
    }

    /** As {@link #isClose}, but infinities are close to themselves. */
    private static Value allClose(Arguments a) {
        List<Value> in = a.strong();
        return a.b().binary(Binary.Fn.OR, isClose(a), a.b().compare(Compare.Fn.EQ, in.get(0), in.get(1)));
    }

    private static Value isClose(Arguments a) {
        Builder b = a.b();
        List<Value> in = a.strong();
        Value x = in.get(0);
        Value y = in.get(1);
        if (!x.dtype().isFloating()) {
            return b.compare(Compare.Fn.EQ, x, y);
        }
        double rtol = a.raw("rtol", 2) instanceof Number n ? n.doubleValue() : 1e-5;
        double atol = a.raw("atol", 3) instanceof Number n ? n.doubleValue() : 1e-8;
        Value allowed = b.plus(scaled(b, b.unary(Unary.Fn.ABS, y), rtol), constant(b, x, atol));
        Value close = b.compare(Compare.Fn.LE, b.unary(Unary.Fn.ABS, b.minus(x, y)), allowed);
        return a.flag("equal_nan")
                ? b.binary(Binary.Fn.OR, close, b.binary(Binary.Fn.AND, isNan(b, x), isNan(b, y)))
                : close;
    }

    private static Value signBit(Arguments a) {
        Value x = numeric(a.b(), a.x());
        Value zero = constant(a.b(), x, 0);
        Value below = a.b().compare(Compare.Fn.LT, x, zero);
        if (!x.dtype().isFloating()) {
            return below;
        }
        Value inverse = a.b().unary(Unary.Fn.RECIPROCAL, x); // of -0 it is -∞
        return a.b().binary(Binary.Fn.OR, below, a.b().compare(Compare.Fn.LT, inverse, zero));
    }
}
