package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;

/** Parts of complex numbers; of real ones the same. Source: keras/src/ops/nn.py, keras/src/backend/tensorflow/numpy.py. */
final class ComplexOperations {
    static final Map<String, Operation> ALL = Map.of(
            "Angle", of(ComplexOperations::angle),
            "Conj", of(a -> ComplexNumbers.conjugate(a.b(), a.x())),
            "Conjugate", of(a -> ComplexNumbers.conjugate(a.b(), a.x())),
            "Imag", of(ComplexOperations::imaginary),
            "Isreal", of(ComplexOperations::isReal),
            "Polar", of(ComplexOperations::polar),
            "Real", of(a -> a.x().dtype().isComplex() ? ComplexNumbers.real(a.b(), a.x()) : a.x()),
            "ViewAsComplex", of(a -> ComplexNumbers.of(a.b(), part(a, 0), part(a, 1))),
            "ViewAsReal", of(ComplexOperations::parts));

    private ComplexOperations() {}

    private static Value angle(Arguments a) {
        Value given = a.x();
        if (given.dtype().isComplex()) {
            return ComplexNumbers.angle(a.b(), given);
        }
        DType dtype = given.dtype() == DType.INT64
                ? DType.FLOAT32
                : ElementwiseOperations.floating(a).dtype();
        Expr x = Expr.of(a.b(), a.b().cast(given, dtype));
        return x.lessThan(x.number(0)).select(x.number(Math.PI), x.number(0)).v();
    }

    private static Value imaginary(Arguments a) {
        return a.x().dtype().isComplex()
                ? ComplexNumbers.imaginary(a.b(), a.x())
                : a.b().binary(Binary.Fn.MUL, a.x(), 0);
    }

    private static Value isReal(Arguments a) {
        Builder b = a.b();
        Value rest = a.x().dtype().isComplex()
                ? ComplexNumbers.imaginary(b, a.x())
                : b.binary(Binary.Fn.MUL, b.cast(a.x(), DType.INT32), 0);
        return b.compare(Compare.Fn.EQ, rest, b.constant(rest.dtype(), 0));
    }

    private static Value polar(Arguments a) {
        Builder b = a.b();
        List<Value> both = a.promoted(List.of(a.tensor("abs_", 0), a.tensor("angle", 1)), Promotion.Kind.FLOAT);
        Value angle = both.get(1);
        return ComplexNumbers.of(
                b,
                b.times(both.get(0), b.unary(Unary.Fn.COS, angle)),
                b.times(both.get(0), b.unary(Unary.Fn.SIN, angle)));
    }

    /** One of the two elements of the last axis. */
    private static Value part(Arguments a, int which) {
        Value x = a.x().dtype().isFloating() ? a.x() : a.b().cast(a.x(), DType.FLOAT32);
        return a.b().squeeze(a.b().slice(x, x.shape().rank() - 1, which, which + 1), -1);
    }

    private static Value parts(Arguments a) {
        Builder b = a.b();
        boolean complex = a.x().dtype().isComplex();
        Value real = complex ? ComplexNumbers.real(b, a.x()) : a.x();
        Value rest = complex ? ComplexNumbers.imaginary(b, a.x()) : b.binary(Binary.Fn.MUL, a.x(), 0);
        return b.concat(-1, List.of(b.expandDims(real, -1), b.expandDims(rest, -1)));
    }
}
