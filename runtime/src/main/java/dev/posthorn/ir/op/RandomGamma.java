package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Numbers of the gamma distribution with density {@code x^(alpha-1)·exp(-x)/Γ(alpha)}: {@code shape[n], key[1], counter[2],
 * alpha[s…] → y[shape]}, where shape ends as alpha's does (C1). By Marsaglia and Tsang's method, in double. Source: TF
 * StatelessRandomGammaV3.
 */
public record RandomGamma() implements Op.Single {
    private static final int RESERVED = 256;

    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(4).dtype(3);
        Shape y = in.shapeValue(0);
        if (!dtype.isFloating() || in.dtype(1) != DType.UINT64 || in.dtype(2) != DType.UINT64) {
            throw new ShapeException(
                    "expected a shape, a key and a counter of uint64, a floating-point alpha but was " + in.types());
        }
        Shape alpha = in.shape(3);
        for (int i = 1; y.isRanked() && alpha.isRanked() && i <= alpha.rank(); i++) { // (C1)
            int d = i > y.rank() ? 0 : y.dim(-i);
            if (i > y.rank() || d != Shape.UNKNOWN && alpha.dim(-i) != Shape.UNKNOWN && d != alpha.dim(-i)) {
                throw new ShapeException("expected a shape that ends as " + alpha + " does but was " + y);
            }
        }
        return new TensorType(dtype, y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        Tensor alpha = in.get(3);
        long[] counter = in.get(2).longs();
        int each = alpha.size() == 0 ? 0 : y.size() / alpha.size();
        for (int a = 0; a < alpha.size(); a++) {
            for (int i = 0; i < each; i++) {
                Philox source = new Philox(in.get(1).longs()[0], counter[0], counter[1]);
                source.skip((long) RESERVED * (a * each + i));
                y.setDouble(a + i * alpha.size(), draw(alpha.getDouble(a), source));
            }
        }
        return y;
    }

    /** Draws give pairs, of which the second number is taken first. */
    private static double draw(double alpha, Philox source) {
        double[] uniform = new double[2];
        if (alpha == 1) {
            pair(source, uniform);
            return -Math.log1p(-uniform[1]);
        }
        double[] normal = new double[2];
        int normals = 0;
        int uniforms = 0;
        double d = alpha + (alpha < 1 ? 2.0 / 3 : -1.0 / 3);
        double c = 1.0 / 3 / Math.sqrt(d);
        while (true) {
            if (normals == 0) {
                int[] r = source.next();
                Philox.normal(r[0], r[1], r[2], r[3], normal);
                normals = 2;
            }
            double x = normal[--normals];
            double root = 1 + c * x;
            if (root <= 0) {
                continue;
            }
            double v = root * root * root;
            if (uniforms == 0) {
                pair(source, uniform);
                uniforms = 2;
            }
            double u = uniform[--uniforms];
            if (u < 1 - 0.0331 * (x * x) * (x * x) || Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
                if (alpha >= 1) {
                    return d * v;
                }
                if (uniforms == 0) {
                    pair(source, uniform);
                    uniforms = 2;
                }
                return d * v * Math.pow(uniform[--uniforms], 1 / alpha);
            }
        }
    }

    private static void pair(Philox source, double[] two) {
        int[] r = source.next();
        two[0] = Philox.unit(r[0], r[1]);
        two[1] = Philox.unit(r[2], r[3]);
    }

    /** {@code ∂y/∂α = −(∂P(α, y)/∂α) / p(y; α)}, P the distribution and p its density: the same part of it stays below y. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(3, () -> {
            Expr a = Expr.of(b, g.in(3)).cast(DType.FLOAT64);
            Expr y = Expr.of(b, g.out()).cast(DType.FLOAT64);
            Expr gamma = Expr.of(b, b.add(new Special(Special.Fn.LGAMMA), a.v()));
            Expr density = a.minus(1).times(y.log()).minus(y).minus(gamma);
            Expr below = Expr.of(b, b.add(new Special(Special.Fn.IGAMMA_GRAD_A), a.v(), y.v()));
            Expr d = below.neg().times(density.neg().exp()).cast(g.dy().dtype()).times(Expr.of(b, g.dy()));
            return y.greaterThan(y.number(0)).select(d, d.number(0)).v(); // samples of small α may be 0
        });
        g.none(0, 1, 2);
    }
}
