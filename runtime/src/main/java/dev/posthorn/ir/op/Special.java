package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Special functions: {@code y[…] = fn(x₁[…], …)}, broadcast; operands of one floating-point dtype. Computed in double. Source:
 * the TensorFlow ops of these names.
 */
public record Special(Fn fn) implements Op.Single {
    /** The functions, with what they are differentiated to by their last operand. */
    public enum Fn {
        LGAMMA(1, a -> Gammas.log(a[0]), d -> d.f("DIGAMMA")),
        DIGAMMA(1, a -> Gammas.digamma(a[0]), d -> d.g("POLYGAMMA", d.n(1), d.x())),
        DAWSN(1, a -> Integrals.dawson(a[0]), d -> d.minus(d.n(1), d.times(d.n(2), d.times(d.x(), d.y())))),
        EXPINT(1, a -> Integrals.exponential(a[0]), d -> d.over(d.u(Unary.Fn.EXP, d.x()), d.x())),
        SPENCE(1, a -> Integrals.spence(a[0]), d -> d.over(d.u(Unary.Fn.LOG, d.x()), d.minus(d.n(1), d.x()))),
        BESSEL_I0(1, a -> Integrals.bessel(0, a[0]) * Math.exp(Math.abs(a[0])), d -> d.f("BESSEL_I1")),
        BESSEL_I1(
                1,
                a -> Integrals.bessel(1, a[0]) * Math.exp(Math.abs(a[0])),
                d -> d.minus(d.f("BESSEL_I0"), d.over(d.y(), d.x()))),
        BESSEL_I0E(1, a -> Integrals.bessel(0, a[0]), d -> d.minus(d.f("BESSEL_I1E"), d.times(d.sign(), d.y()))),
        BESSEL_I1E(
                1,
                a -> Integrals.bessel(1, a[0]),
                d -> d.minus(d.f("BESSEL_I0E"), d.times(d.y(), d.plus(d.sign(), d.over(d.n(1), d.x()))))),
        BESSEL_J0(1, a -> Integrals.oscillating(0, a[0]), d -> d.u(Unary.Fn.NEG, d.f("BESSEL_J1"))),
        BESSEL_J1(1, a -> Integrals.oscillating(1, a[0]), d -> d.minus(d.f("BESSEL_J0"), d.over(d.y(), d.x()))),
        BESSEL_Y0(1, a -> Oscillations.second(0, a[0]), d -> d.u(Unary.Fn.NEG, d.f("BESSEL_Y1"))),
        BESSEL_Y1(1, a -> Oscillations.second(1, a[0]), d -> d.minus(d.f("BESSEL_Y0"), d.over(d.y(), d.x()))),
        FRESNEL_COS(1, a -> Oscillations.fresnel(false, a[0]), d -> d.u(Unary.Fn.COS, d.quarter())),
        FRESNEL_SIN(1, a -> Oscillations.fresnel(true, a[0]), d -> d.u(Unary.Fn.SIN, d.quarter())),
        BESSEL_K0(1, a -> Integrals.decaying(0, a[0]) * Math.exp(-a[0]), d -> d.u(Unary.Fn.NEG, d.f("BESSEL_K1"))),
        BESSEL_K1(
                1,
                a -> Integrals.decaying(1, a[0]) * Math.exp(-a[0]),
                d -> d.u(Unary.Fn.NEG, d.plus(d.f("BESSEL_K0"), d.over(d.y(), d.x())))),
        BESSEL_K0E(1, a -> Integrals.decaying(0, a[0]), d -> d.minus(d.y(), d.f("BESSEL_K1E"))),
        BESSEL_K1E(
                1,
                a -> Integrals.decaying(1, a[0]),
                d -> d.minus(d.minus(d.y(), d.over(d.y(), d.x())), d.f("BESSEL_K0E"))),
        ZETA(
                2,
                a -> Gammas.zeta(a[0], a[1]),
                d -> d.times(d.u(Unary.Fn.NEG, d.in(0)), d.g("ZETA", d.plus(d.in(0), d.n(1)), d.x()))),
        POLYGAMMA(2, a -> Gammas.polygamma(a[0], a[1]), d -> d.g("POLYGAMMA", d.plus(d.in(0), d.n(1)), d.x())),
        IGAMMA(2, a -> Gammas.lower(a[0], a[1]), SpecialDerivative::density),
        IGAMMAC(2, a -> Gammas.upper(a[0], a[1]), d -> d.u(Unary.Fn.NEG, d.density())),
        IGAMMA_GRAD_A(2, a -> Gammas.lowerByShape(a[0], a[1]), null),
        BETAINC(3, a -> Gammas.beta(a[0], a[1], a[2]), SpecialDerivative::betaDensity);

        private final int operands;
        private final ToDoubleFunction<double[]> value;
        private final Function<SpecialDerivative, Value> derivative;

        Fn(int operands, ToDoubleFunction<double[]> value, Function<SpecialDerivative, Value> derivative) {
            this.operands = operands;
            this.value = value;
            this.derivative = derivative;
        }
    }

    @Override
    public String name() {
        return fn.name();
    }

    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(fn.operands).sameDType();
        if (!dtype.isFloating()) {
            throw new ShapeException("expected floating-point operands but was " + in.types());
        }
        Shape y = in.shape(0);
        for (int i = 1; i < in.size(); i++) {
            y = Shape.broadcast(y, in.shape(i));
        }
        return new TensorType(dtype, y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        int[][] at =
                in.stream().map(t -> Index.broadcast(t.shape(), out.shape())).toArray(int[][]::new);
        double[] a = new double[in.size()];
        for (int i = 0; i < y.size(); i++) {
            for (int k = 0; k < a.length; k++) {
                a[k] = in.get(k).getDouble(at[k][i]);
            }
            y.setDouble(i, fn.value.applyAsDouble(a));
        }
        return y;
    }

    /** By the last operand; IGAMMA and IGAMMAC also by the first. */
    @Override
    public void gradient(Adjoint g) {
        if (fn.derivative == null) {
            g.undefined();
            return;
        }
        SpecialDerivative d = new SpecialDerivative(g);
        Supplier<Value> last = () -> d.times(g.dy(), fn.derivative.apply(d));
        g.to(fn.operands - 1, last);
        if (fn == Fn.IGAMMA || fn == Fn.IGAMMAC) {
            Supplier<Value> first = () -> d.times(g.dy(), d.g("IGAMMA_GRAD_A", d.in(0), d.x()));
            g.to(0, fn == Fn.IGAMMA ? first : () -> d.u(Unary.Fn.NEG, first.get()));
        } else if (fn.operands > 1) {
            g.none(fn.operands == 2 ? new int[] {0} : new int[] {0, 1});
        }
    }

    @Override
    public String toString() {
        return fn.name();
    }
}
