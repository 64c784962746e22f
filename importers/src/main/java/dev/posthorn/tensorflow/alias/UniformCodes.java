package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.Arrays;
import java.util.List;

/**
 * Integers q that stand for {@code (q − zero)·scale}, of a whole tensor or of each slice of one axis. Source:
 * tensorflow/core/kernels/uniform_quant_ops/math_utils.h.
 */
final class UniformCodes {
    static final List<TfOp> ALL = List.of(
            one("UniformQuantize", s -> coded(s, s.in(0), s.in(1), s.in(2), "")),
            one("UniformDequantize", s -> decoded(s, s.in(0), s.in(1), s.in(2), "")),
            one(
                    "UniformRequantize",
                    s -> coded(s, decoded(s, s.in(0), s.in(1), s.in(2), "input_"), s.in(3), s.in(4), "output_")),
            one("UniformQuantizedClipByValue", UniformCodes::clipped));

    private UniformCodes() {}

    /** Scales or zeros as they go along x: one, or one for each slice of the axis. */
    private static Value along(Site s, Value x, Value each, String prefix) {
        int axis = (int) s.attributes().integer(prefix + "quantization_axis", -1);
        if (axis < 0) {
            return s.b().reshape(each, new Dim[0]);
        }
        Dim[] dims = new Dim[x.shape().rank()];
        Arrays.fill(dims, Dim.of(1));
        dims[axis] = s.b().dim(each, 0);
        return s.b().reshape(each, dims);
    }

    private static Value decoded(Site s, Value q, Value scales, Value zeros, String prefix) {
        Builder b = s.b();
        Value whole = b.minus(b.cast(q, DType.INT32), along(s, q, b.cast(zeros, DType.INT32), prefix));
        return b.times(b.cast(whole, DType.FLOAT32), along(s, q, scales, prefix));
    }

    private static Value coded(Site s, Value x, Value scales, Value zeros, String prefix) {
        Builder b = s.b();
        Value inverse = b.over(b.constant(DType.FLOAT32, 1), along(s, x, scales, prefix));
        Value steps = b.unary(Unary.Fn.FLOOR, b.binary(Binary.Fn.ADD, b.times(x, inverse), 0.5));
        Value at = b.plus(steps, b.cast(along(s, x, zeros, prefix), DType.FLOAT32));
        double low = s.attributes().integer(prefix + "quantization_min_val");
        double high = s.attributes().integer(prefix + "quantization_max_val");
        return b.cast(Codes.within(b, at, low, high), s.attributes().type("Tout"));
    }

    /** Operands q, min, max, scales, zeros. */
    private static Value clipped(Site s) {
        Value low = along(s, s.in(0), s.in(1), "");
        Value high = along(s, s.in(0), s.in(2), "");
        return s.b().binary(Binary.Fn.MAX, s.b().binary(Binary.Fn.MIN, s.in(0), high), low);
    }
}
