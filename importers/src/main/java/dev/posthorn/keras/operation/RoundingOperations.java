package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.ComparisonOperations.isNan;
import static dev.posthorn.keras.operation.ElementwiseOperations.constant;
import static dev.posthorn.keras.operation.ElementwiseOperations.floating;
import static dev.posthorn.keras.operation.ElementwiseOperations.numeric;
import static dev.posthorn.keras.operation.ElementwiseOperations.unary;
import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import java.util.Map;

/**
 * Operations that bring elements into a range or onto a grid. Source:
 * keras/src/backend/tensorflow/numpy.py, math.py, core.py.
 */
final class RoundingOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Ceil", unary(Unary.Fn.CEIL)),
            Map.entry("Clip", of(RoundingOperations::clip)),
            Map.entry("Floor", unary(Unary.Fn.FLOOR)),
            Map.entry("NanToNum", of(RoundingOperations::nanToNum)),
            Map.entry("Round", of(RoundingOperations::round)),
            Map.entry("SaturateCast", of(RoundingOperations::saturateCast)),
            Map.entry("Trunc", of(RoundingOperations::trunc)));

    private RoundingOperations() {}

    private static Value clip(Arguments a) {
        Value x = numeric(a.b(), a.x());
        Value low = a.b().constant(x.dtype(), a.number("x_min", Double.NEGATIVE_INFINITY));
        Value high = a.b().constant(x.dtype(), a.number("x_max", Double.POSITIVE_INFINITY));
        return a.b().binary(Binary.Fn.MAX, a.b().binary(Binary.Fn.MIN, x, high), low);
    }

    private static Value nanToNum(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return x;
        }
        double most = largest(x.dtype());
        Value inf = constant(b, x, Double.POSITIVE_INFINITY);
        Value low = constant(b, x, Double.NEGATIVE_INFINITY);
        Value y = b.select(isNan(b, x), constant(b, x, a.number("nan", 0)), x);
        y = b.select(b.compare(Compare.Fn.EQ, y, inf), constant(b, x, a.number("posinf", most)), y);
        return b.select(b.compare(Compare.Fn.EQ, y, low), constant(b, x, a.number("neginf", -most)), y);
    }

    /** The least finite number of a type. */
    static double least(DType dtype) {
        return dtype.isFloating() ? -largest(dtype) : dtype.kind() == DType.Kind.SIGNED ? -largest(dtype) - 1 : 0;
    }

    /** The largest finite number of a type. */
    static double largest(DType dtype) {
        return switch (dtype) {
            case INT8, INT16, INT32, INT64 -> Math.pow(2, dtype.bytes() * 8 - 1) - 1;
            case UINT8, UINT16, UINT32, UINT64 -> Math.pow(2, dtype.bytes() * 8) - 1;
            case FLOAT64 -> Double.MAX_VALUE;
            case FLOAT16 -> 65504;
            case BFLOAT16 -> 0x1.FEp127;
            default -> Float.MAX_VALUE;
        };
    }

    private static Value round(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int decimals = a.integer("decimals", 0);
        if (decimals == 0 || decimals > 0 && !x.dtype().isFloating()) {
            return b.unary(Unary.Fn.ROUND, x);
        }
        Value y = floating(b, x);
        Value factor = constant(b, y, Math.pow(10, decimals));
        return b.cast(b.over(b.unary(Unary.Fn.ROUND, b.times(y, factor)), factor), x.dtype());
    }

    private static Value saturateCast(Arguments a) {
        Value x = a.x();
        DType to = a.dtype("dtype", x.dtype());
        if (to.isInteger()) {
            boolean signed = to.kind() == DType.Kind.SIGNED;
            int bits = to.bytes() * 8;
            double low = signed ? -Math.pow(2, bits - 1) : 0;
            double high = Math.pow(2, signed ? bits - 1 : bits) - 1;
            x = a.b().binary(Binary.Fn.MIN, a.b().binary(Binary.Fn.MAX, x, low), high);
        }
        return a.b().cast(x, to);
    }

    private static Value trunc(Arguments a) {
        Value x = a.x();
        if (!x.dtype().isFloating()) {
            return x;
        }
        Value below = a.b().compare(Compare.Fn.LT, x, constant(a.b(), x, 0));
        return a.b().select(below, a.b().unary(Unary.Fn.CEIL, x), a.b().unary(Unary.Fn.FLOOR, x));
    }
}
