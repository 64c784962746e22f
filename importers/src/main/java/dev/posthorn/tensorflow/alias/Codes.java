package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;

/** Real numbers as integers of a few bits over a range [min, max], both ways, in double. */
record Codes(Builder b, DType type, Value min, Value max) {
    double lowest() {
        return type.kind() == DType.Kind.SIGNED ? -Math.pow(2, bits() - 1) : 0;
    }

    double highest() {
        return lowest() + steps() - 1;
    }

    double steps() {
        return Math.pow(2, bits());
    }

    private int bits() {
        return 8 * type.bytes();
    }

    static Value wide(Builder b, Value x) {
        return b.cast(x, DType.FLOAT64);
    }

    /** To the nearest integer, ties away from zero. */
    static Value rounded(Builder b, Value x) {
        Value size = b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.ABS, x), 0.5));
        return b.times(b.unary(Unary.Fn.SIGN, x), size);
    }

    static Value within(Builder b, Value x, double low, double high) {
        return b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, x, low), high);
    }

    /** What one step is worth: {@code (max − min) / (steps − 1)}. */
    Value step() {
        return b.binary(Binary.Fn.DIV, wide(b, b.minus(max, min)), steps() - 1);
    }

    /** The number that code q stands for: min, at a whole multiple of the step, in float32, is the lowest code. */
    Value decoded(Value q) {
        Value single = b.cast(step(), DType.FLOAT32);
        Value times = b.cast(rounded(b, wide(b, b.over(min, single))), DType.FLOAT32);
        Value least = wide(b, b.times(times, single));
        Value above = b.times(b.binary(Binary.Fn.SUB, wide(b, q), lowest()), step());
        Value none = b.compare(Compare.Fn.EQ, min, max);
        return b.cast(b.select(none, wide(b, min), b.plus(least, above)), DType.FLOAT32);
    }

    /** The code of x, of whatever size. */
    Value encodedFreely(Value x) {
        Value at = b.minus(rounded(b, b.over(wide(b, x), step())), rounded(b, b.over(wide(b, min), step())));
        return b.binary(Binary.Fn.ADD, at, lowest());
    }

    /** The code of x nearest to it. */
    Value encoded(Value x) {
        Value none = b.compare(Compare.Fn.EQ, min, max);
        Value code = within(b, encodedFreely(x), lowest(), highest());
        return b.cast(b.select(none, b.constant(DType.FLOAT64, 0), code), type);
    }
}
