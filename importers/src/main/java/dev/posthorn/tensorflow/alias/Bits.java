package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.ErfInv;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Bitcast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Bits of numbers, and functions that are only one op elsewhere. */
final class Bits {
    static final List<TfOp> ALL = List.of(
            one("Bitcast", s -> s.b().add(new Bitcast(s.attributes().type("type")), s.in(0))),
            one("Invert", Bits::inverted),
            one("LeftShift", s -> s.b().times(s.in(0), power(s))),
            one("RightShift", s -> s.b().binary(Binary.Fn.FLOOR_DIV, s.in(0), power(s))),
            Direct.of("Erfinv", new ErfInv()),
            one("Ndtri", Bits::normalQuantile),
            one("LRN", s -> localResponse(s, s.b(), s.in(0))),
            one("ReverseSequence", Bits::reverseSequence));

    private Bits() {}

    /** {@code ~x = −x − 1}. */
    private static Value inverted(Site s) {
        long ones = s.dtype(0).kind() == DType.Kind.SIGNED ? -1 : 0;
        Value all = ones == -1
                ? s.b().constant(s.dtype(0), -1)
                : s.b().binary(
                                Binary.Fn.SUB,
                                s.b().constant(dev.posthorn.ir.Tensor.zeros(dev.posthorn.ir.TensorType.of(s.dtype(0)))),
                                1);
        return s.b().binary(Binary.Fn.XOR, s.in(0), all);
    }

    /** {@code 2^y}, y in the type's bits. */
    private static Value power(Site s) {
        Value most = s.b().constant(s.dtype(1), 8 * s.dtype(0).bytes() - 1);
        Value by = s.b().binary(Binary.Fn.MIN, s.in(1), most);
        if (s.dtype(1).kind() == DType.Kind.SIGNED) {
            by = s.b().binary(Binary.Fn.MAX, by, 0);
        }
        return s.b().binary(Binary.Fn.POW, s.b().constant(s.dtype(0), 2), by);
    }

    /** {@code √2 · erf⁻¹(2x − 1)}. */
    private static Value normalQuantile(Site s) {
        Value twice = s.b().binary(Binary.Fn.SUB, s.b().binary(Binary.Fn.MUL, s.in(0), 2), 1);
        return s.b().binary(Binary.Fn.MUL, s.b().add(new ErfInv(), twice), Math.sqrt(2));
    }

    /** {@code y = x / (bias + alpha · Σ x²)^beta}, the sum over channels at most {@code depth_radius} away. */
    static Value localResponse(Site s, Builder b, Value x) {
        int radius = (int) s.attributes().integer("depth_radius", 5);
        int channels = x.shape().dim(-1);
        if (channels == Shape.UNKNOWN) {
            throw s.unsupported("channels whose number is known only when the graph runs");
        }
        Value c = b.add(new Iota(DType.INT32), b.constant(DType.INT32, channels));
        Value d = b.unary(Unary.Fn.ABS, b.minus(b.expandDims(c, 1), c));
        Value near = b.cast(b.compare(Compare.Fn.LE, d, b.constant(DType.INT32, radius)), x.dtype());
        Value sum = b.matmul(b.reshape(b.unary(Unary.Fn.SQUARE, x), -1, channels), near);
        Value scaled = b.binary(
                Binary.Fn.MUL, b.reshape(sum, b.dims(x)), s.attributes().real("alpha", 1));
        Value base = b.binary(Binary.Fn.ADD, scaled, s.attributes().real("bias", 1));
        return b.times(x, b.binary(Binary.Fn.POW, base, -s.attributes().real("beta", 0.5)));
    }

    /** The first {@code n[batch]} elements of each sequence the other way round. */
    private static Value reverseSequence(Site s) {
        Value x = s.in(0);
        int axis = s.attributes().integer("seq_dim");
        int batch = (int) s.attributes().integer("batch_dim", 0);
        int rank = x.shape().rank();
        int[] front = new int[rank];
        front[0] = batch;
        front[1] = axis;
        for (int a = 0, at = 2; a < rank; a++) {
            if (a != batch && a != axis) {
                front[at++] = a;
            }
        }
        int[] back = new int[rank];
        for (int a = 0; a < rank; a++) {
            back[front[a]] = a;
        }
        Value moved = s.b().transpose(x, front);
        Value t = s.b().add(new Iota(DType.INT32), Shapes.value(s, s.b().dim(moved, 1)));
        Value n = s.b().expandDims(Elementwise.cast(s.b(), s.in(1), DType.INT32), 1);
        Value turned = s.b().binary(Binary.Fn.SUB, s.b().minus(n, t), 1);
        Value places = s.b().select(s.b().compare(Compare.Fn.LT, t, n), turned, t);
        return s.b().transpose(Indexing.gather(s, moved, places, 1, 1), back);
    }
}
