package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Selu;
import dev.posthorn.ir.fn.Softsign;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Bitcast;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Functions of numbers, element by element. */
final class Elementwise {
    static final List<TfOp> ALL = List.of(
            unary("Abs", Unary.Fn.ABS),
            unary("Neg", Unary.Fn.NEG),
            unary("Sign", Unary.Fn.SIGN),
            unary("Square", Unary.Fn.SQUARE),
            unary("Relu", Unary.Fn.RELU),
            unary("Ceil", Unary.Fn.CEIL),
            unary("Floor", Unary.Fn.FLOOR),
            unary("Round", Unary.Fn.ROUND),
            unary("Rint", Unary.Fn.ROUND),
            unary("Exp", Unary.Fn.EXP),
            unary("Expm1", Unary.Fn.EXPM1),
            unary("Log", Unary.Fn.LOG),
            unary("Log1p", Unary.Fn.LOG1P),
            unary("Sqrt", Unary.Fn.SQRT),
            unary("Rsqrt", Unary.Fn.RSQRT),
            unary("Reciprocal", Unary.Fn.RECIPROCAL),
            unary("Inv", Unary.Fn.RECIPROCAL),
            unary("Sin", Unary.Fn.SIN),
            unary("Cos", Unary.Fn.COS),
            unary("Tan", Unary.Fn.TAN),
            unary("Asin", Unary.Fn.ASIN),
            unary("Acos", Unary.Fn.ACOS),
            unary("Atan", Unary.Fn.ATAN),
            unary("Sinh", Unary.Fn.SINH),
            unary("Cosh", Unary.Fn.COSH),
            unary("Tanh", Unary.Fn.TANH),
            unary("Asinh", Unary.Fn.ASINH),
            unary("Acosh", Unary.Fn.ACOSH),
            unary("Atanh", Unary.Fn.ATANH),
            unary("Sigmoid", Unary.Fn.SIGMOID),
            unary("Softplus", Unary.Fn.SOFTPLUS),
            unary("Erf", Unary.Fn.ERF),
            unary("Erfc", Unary.Fn.ERFC),
            binary("AddV2", Binary.Fn.ADD),
            one(
                    "Add",
                    s -> s.dtype(0) == DType.STRING
                            ? Texts.joined(s, s.in(0), s.in(1))
                            : s.b().addAll(new Binary(Binary.Fn.ADD), s.all()).get(0)),
            binary("Sub", Binary.Fn.SUB),
            binary("Mul", Binary.Fn.MUL),
            binary("RealDiv", Binary.Fn.DIV),
            binary("Div", Binary.Fn.DIV),
            binary("TruncateDiv", Binary.Fn.DIV),
            binary("FloorDiv", Binary.Fn.FLOOR_DIV),
            binary("FloorMod", Binary.Fn.FLOOR_MOD),
            binary("Mod", Binary.Fn.REM),
            binary("TruncateMod", Binary.Fn.REM),
            binary("Pow", Binary.Fn.POW),
            binary("Maximum", Binary.Fn.MAX),
            binary("Minimum", Binary.Fn.MIN),
            binary("Atan2", Binary.Fn.ATAN2),
            Direct.of("Relu6", new Relu6()),
            Direct.of("Elu", new Elu(1)),
            Direct.of("Selu", new Selu()),
            Direct.of("Softsign", new Softsign()),
            Direct.of(
                    LeakyRelu.class,
                    Codec.of(
                            "LeakyRelu",
                            f -> new LeakyRelu(f.of("alpha", FieldType.FLOAT, LeakyRelu::alpha, (double) 0.2f)))),
            one("Cast", s -> {
                DType to = s.attributes().type("DstT");
                return cast(s.b(), s.attributes().bool("Truncate", false) ? cut(s.b(), s.in(0), to) : s.in(0), to);
            }),
            one("AddN", s -> s.all().stream().reduce(s.b()::plus).orElseThrow()),
            one("AccumulateNV2", s -> s.all().stream().reduce(s.b()::plus).orElseThrow()),
            one("SquaredDifference", Elementwise::squaredDifference),
            one(
                    "ClipByValue",
                    s -> s.b().binary(Binary.Fn.MAX, s.b().binary(Binary.Fn.MIN, s.in(0), s.in(2)), s.in(1))),
            one("ZerosLike", s -> filled(s, 0)),
            one("OnesLike", s -> filled(s, 1)),
            one("DivNoNan", s -> unlessZero(s, s.in(1), s.b().over(s.in(0), s.in(1)))),
            one("MulNoNan", s -> unlessZero(s, s.in(1), s.b().times(s.in(0), s.in(1)))),
            one("Xdivy", s -> unlessZero(s, s.in(0), s.b().over(s.in(0), s.in(1)))),
            one("Xlogy", s -> unlessZero(s, s.in(0), s.b().times(s.in(0), s.b().unary(Unary.Fn.LOG, s.in(1))))),
            one("Xlog1py", s -> unlessZero(s, s.in(0), s.b().times(s.in(0), s.b().unary(Unary.Fn.LOG1P, s.in(1))))),
            // ---- gradients that graphs hold: of y where TensorFlow takes y, else of x ----
            one("ReluGrad", s -> where(s, Compare.Fn.GT, s.in(1), s.in(0))),
            one("TanhGrad", s -> s.b().times(s.in(1), remainder(s.b(), s.b().unary(Unary.Fn.SQUARE, s.in(0))))),
            one("SigmoidGrad", s -> s.b().times(s.in(1), s.b().times(s.in(0), remainder(s.b(), s.in(0))))),
            one("SqrtGrad", s -> s.b().over(s.b().binary(Binary.Fn.MUL, s.in(1), 0.5), s.in(0))),
            one("RsqrtGrad", s -> s.b().times(s.b().binary(Binary.Fn.MUL, s.in(1), -0.5), cube(s.b(), s.in(0)))),
            one(
                    "ReciprocalGrad",
                    s -> s.b().unary(Unary.Fn.NEG, s.b().times(s.in(1), s.b().unary(Unary.Fn.SQUARE, s.in(0))))),
            one("SoftplusGrad", s -> s.b().times(s.in(0), s.b().unary(Unary.Fn.SIGMOID, s.in(1)))));

    private Elementwise() {}

    private static TfOp unary(String name, Unary.Fn fn) {
        return Direct.of(name, new Unary(fn));
    }

    private static TfOp binary(String name, Binary.Fn fn) {
        return Direct.of(name, new Binary(fn));
    }

    static Value cast(Builder b, Value x, DType to) {
        return x.dtype() == to ? x : b.add(new Cast(to), x);
    }

    /** x without the bits of its fraction that the other type has not, where that is a narrower one. */
    private static Value cut(Builder b, Value x, DType to) {
        DType from = x.dtype();
        boolean wide = from == DType.FLOAT32 || from == DType.FLOAT64;
        if (!wide || !to.isFloating() || to.bytes() >= from.bytes()) {
            return x;
        }
        int kept = to == DType.FLOAT32 ? 23 : to == DType.FLOAT16 ? 10 : 7;
        int bits = (from == DType.FLOAT32 ? 23 : 52) - kept;
        DType whole = from == DType.FLOAT32 ? DType.INT32 : DType.INT64;
        Value mask = b.constant(Tensor.scalar(whole, -1L << bits));
        Value cut = b.binary(Binary.Fn.AND, b.add(new Bitcast(whole), x), mask);
        return b.add(new Bitcast(from), cut);
    }

    private static Value squaredDifference(Site s) {
        Value d = s.b().minus(s.in(0), s.in(1));
        return d.dtype().isComplex()
                ? s.b().times(ComplexNumbers.conjugate(s.b(), d), d)
                : s.b().unary(Unary.Fn.SQUARE, d);
    }

    static Value filled(Site s, double value) {
        Value x = s.in(0);
        Value one = s.b().constant(dev.posthorn.ir.Tensor.zeros(dev.posthorn.ir.TensorType.of(x.dtype())));
        return s.b().broadcastTo(value == 0 ? one : s.b().constant(x.dtype(), value), s.b().dims(x));
    }

    /** {@code y} where {@code divisor} is not zero, else 0. */
    private static Value unlessZero(Site s, Value divisor, Value y) {
        Value zero = s.b().constant(divisor.dtype(), 0);
        return s.b().select(s.b().compare(Compare.Fn.EQ, divisor, zero), zero, y);
    }

    /** {@code dy} where {@code x fn 0}, else 0. */
    private static Value where(Site s, Compare.Fn fn, Value x, Value dy) {
        Value zero = s.b().constant(x.dtype(), 0);
        return s.b().select(s.b().compare(fn, x, zero), dy, zero);
    }

    private static Value remainder(Builder b, Value x) {
        return b.minus(b.constant(x.dtype(), 1), x);
    }

    private static Value cube(Builder b, Value x) {
        return b.times(x, b.unary(Unary.Fn.SQUARE, x));
    }
}
