package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.many;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Layers that compute on integers of few bits and carry the ranges that these stand for. */
final class QuantisedLayers {
    static final List<TfOp> ALL = List.of(
            many("QuantizedMatMul", s -> {
                MatMul op = new MatMul(
                        s.attributes().bool("transpose_a", false),
                        s.attributes().bool("transpose_b", false));
                return product(s, 2, s.b().add(op, whole(s, 0, 2), whole(s, 1, 4)));
            }),
            many("QuantizedConv2D", s -> {
                Value x = whole(s, 0, 2);
                Value w = whole(s, 1, 4);
                return product(s, 2, s.b().add(Convolutions.of(s, 2, x.shape(), w.shape(), false), x, w));
            }),
            many("QuantizedBiasAdd", s -> sum(s, codes(s, 0, 2), codes(s, 1, 4), 1 << 17, QuantisedLayers::moved)),
            many("QuantizedAdd", s -> sum(s, codes(s, 0, 2), codes(s, 1, 4), 1 << 14, QuantisedLayers::stretched)),
            many("QuantizedMul", s -> product(s, 2, s.b().times(whole(s, 0, 2), whole(s, 1, 4)))),
            general("QuantizedRelu", s -> cut(s, Double.POSITIVE_INFINITY)),
            general("QuantizedRelu6", s -> cut(s, 6)),
            general(
                    "QuantizedReshape",
                    s -> List.of(new TfValue.Of(s.b().add(new Reshape(), s.in(0), s.in(1))), s.raw(2), s.raw(3))),
            general("QuantizedMaxPool", s -> ranged(s, s.b().add(new Pool(Pool.Fn.MAX, window(s)), s.in(0)))),
            general("QuantizedAvgPool", s -> {
                Value mean = s.b().add(new Pool(Pool.Fn.AVG, window(s)), Codes.wide(s.b(), s.in(0)));
                return ranged(s, s.b().cast(mean, s.dtype(0)));
            }),
            many("QuantizedConcat", QuantisedLayers::joined),
            many("QuantizeDownAndShrinkRange", s -> {
                Value[] range = shrunk(s);
                return requantized(s, range[0], range[1]);
            }),
            many("RequantizationRange", s -> List.of(shrunk(s))),
            many("Requantize", s -> requantized(s, s.in(3), s.in(4))));

    private QuantisedLayers() {}

    private static Codes codes(Site s, int input, int range) {
        return new Codes(s.b(), s.dtype(input), scalar(s, s.in(range)), scalar(s, s.in(range + 1)));
    }

    private static Value scalar(Site s, Value x) {
        return s.b().reshape(x, new Dim[0]);
    }

    /** The operand less the code of 0, in double: sums of products of it are exact. */
    private static Value whole(Site s, int input, int range) {
        Builder b = s.b();
        Value zero = codes(s, input, range).encodedFreely(b.constant(DType.FLOAT32, 0));
        return b.minus(Codes.wide(b, s.in(input)), zero);
    }

    /** Sums of products, over the range of whose steps each is worth a step of both operands. */
    private static List<Value> product(Site s, int range, Value sums) {
        Builder b = s.b();
        Value step = b.times(codes(s, 0, range).step(), codes(s, 1, range + 2).step());
        Value min = b.binary(Binary.Fn.MUL, step, -0x1p31);
        Value max = b.binary(Binary.Fn.MUL, step, 0x1p31 - 1);
        return List.of(b.cast(sums, DType.INT32), b.cast(min, DType.FLOAT32), b.cast(max, DType.FLOAT32));
    }

    /** A code over one range as one over another. */
    @FunctionalInterface
    private interface Change {
        Value of(Builder b, Value q, Codes from, Codes to);
    }

    private static Value moved(Builder b, Value q, Codes from, Codes to) {
        return Codes.wide(b, to.encoded(from.decoded(q)));
    }

    /** By whole steps of the second range: as many for each step of the first as its step from 0 to 1 takes. */
    private static Value stretched(Builder b, Value q, Codes from, Codes to) {
        Value first = to.encodedFreely(from.decoded(b.constant(from.type(), 0)));
        Value second = to.encodedFreely(from.decoded(b.constant(from.type(), 1)));
        return b.plus(first, b.times(Codes.wide(b, q), b.minus(second, first)));
    }

    private static List<Value> sum(Site s, Codes x, Codes y, int room, Change change) {
        Builder b = s.b();
        Value most = x.max();
        for (Value v : List.of(b.unary(Unary.Fn.NEG, x.min()), y.max(), b.unary(Unary.Fn.NEG, y.min()))) {
            most = b.binary(Binary.Fn.MAX, most, v);
        }
        Value max = b.binary(Binary.Fn.MUL, most, room);
        Value min = b.unary(Unary.Fn.NEG, max);
        Codes sum = new Codes(b, DType.INT32, min, max);
        Value total = b.plus(change.of(b, s.in(0), x, sum), change.of(b, s.in(1), y, sum));
        return List.of(b.cast(total, DType.INT32), min, max);
    }

    private static List<TfValue> ranged(Site s, Value y) {
        return List.of(new TfValue.Of(y), s.raw(1), s.raw(2));
    }

    private static List<TfValue> cut(Site s, double most) {
        Builder b = s.b();
        Codes codes = codes(s, 0, 1);
        Value y = b.binary(Binary.Fn.MAX, s.in(0), codes.encoded(b.constant(DType.FLOAT32, 0)));
        if (most < Double.POSITIVE_INFINITY) {
            y = b.binary(Binary.Fn.MIN, y, codes.encoded(b.constant(DType.FLOAT32, most)));
        }
        return ranged(s, y);
    }

    private static Window window(Site s) {
        return Convolutions.pooling(
                s, 2, s.attributes().ints("ksize"), s.attributes().ints("strides"), s.shape(0));
    }

    /** Parts over one range that holds 0 and all of theirs. */
    private static List<Value> joined(Site s) {
        Builder b = s.b();
        int n = (s.count() - 1) / 3;
        Value min = b.constant(DType.FLOAT32, 0);
        Value max = min;
        for (int i = 0; i < n; i++) {
            min = b.binary(Binary.Fn.MIN, min, scalar(s, s.in(1 + n + i)));
            max = b.binary(Binary.Fn.MAX, max, scalar(s, s.in(1 + 2 * n + i)));
        }
        Codes all = new Codes(b, s.dtype(1), min, max);
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Codes own = new Codes(b, all.type(), scalar(s, s.in(1 + n + i)), scalar(s, s.in(1 + 2 * n + i)));
            parts.add(all.encoded(own.decoded(s.in(1 + i))));
        }
        return List.of(b.concat(s.integer(0), parts), min, max);
    }

    /** The numbers that the least and the largest code stand for; at most and at least 0. */
    private static Value[] shrunk(Site s) {
        Builder b = s.b();
        Codes codes = codes(s, 0, 1);
        int[] axes = IntStream.range(0, s.shape(0).rank()).toArray();
        Value least = codes.decoded(b.reduce(Reduce.Fn.MIN, s.in(0), false, axes));
        Value most = codes.decoded(b.reduce(Reduce.Fn.MAX, s.in(0), false, axes));
        return new Value[] {b.binary(Binary.Fn.MIN, least, 0), b.binary(Binary.Fn.MAX, most, 0)};
    }

    private static List<Value> requantized(Site s, Value min, Value max) {
        Builder b = s.b();
        Codes from = codes(s, 0, 1);
        Codes to = new Codes(b, s.attributes().type("out_type"), scalar(s, min), scalar(s, max));
        boolean narrows = from.type() == DType.INT32 && to.type() == DType.UINT8;
        return List.of(narrows ? narrowed(b, s.in(0), from, to) : to.encoded(from.decoded(s.in(0))), min, max);
    }

    /** 32 bits to 8 by whole numbers with 16 bits behind the point, as TensorFlow does it. */
    private static Value narrowed(Builder b, Value q, Codes from, Codes to) {
        double point = 1 << 16;
        Value low = Codes.wide(b, to.min());
        Value range = Codes.wide(b, b.minus(to.max(), to.min()));
        Value width = Codes.wide(b, b.minus(from.max(), from.min()));
        Value scale = b.cast(b.over(b.binary(Binary.Fn.MUL, width, 255 * point), range), DType.INT64);
        Value middle = b.binary(Binary.Fn.DIV, Codes.wide(b, b.plus(from.min(), from.max())), 2);
        Value first = b.cast(b.over(b.binary(Binary.Fn.MUL, middle, 255 * point), range), DType.INT64);
        Value zero = b.cast(Codes.rounded(b, b.over(b.binary(Binary.Fn.MUL, low, 255 * point), range)), DType.INT64);
        Value product = b.binary(Binary.Fn.FLOOR_DIV, b.times(b.cast(q, DType.INT64), scale), 0x1p32);
        Value at = b.binary(Binary.Fn.ADD, b.minus(b.plus(product, first), zero), point / 2);
        Value code = b.binary(Binary.Fn.FLOOR_DIV, at, point);
        return b.cast(Codes.within(b, code, 0, 255), DType.UINT8);
    }
}
