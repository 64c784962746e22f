package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Numbers of successes in {@code counts} trials that each succeed with {@code probs}: {@code shape[n], key[1], counter[2],
 * counts[s…], probs[t…] → y[shape]}, the last axes of shape as s and t broadcast. Few successes by sums of geometric numbers,
 * others by Hörmann's BTRS, in double. Source: TF StatelessRandomBinomial.
 */
public record RandomBinomial(DType dtype) implements Op.Single {
    /** Draws that each result has for its own where it is a sum of geometric numbers. */
    private static final int FEW = 42;

    private static final double[] TAIL = {
        0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
        0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287
    };

    @Override
    public TensorType type(Operands in) {
        Shape y = in.count(5).shapeValue(0);
        Draws.check(in, 1);
        if (!in.dtype(3).isFloating() || !in.dtype(4).isFloating()) {
            throw new ShapeException("expected floating-point counts and probabilities but was " + in.types());
        }
        Draws.endsAs(y, in.shape(3));
        Draws.endsAs(y, in.shape(4));
        return new TensorType(dtype, y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        Shape each = Shape.broadcast(in.get(3).shape(), in.get(4).shape());
        int[] counts = Index.broadcast(in.get(3).shape(), each);
        int[] probs = Index.broadcast(in.get(4).shape(), each);
        int samples = each.size() == 0 ? 0 : y.size() / each.size();
        for (int p = 0; p < each.size(); p++) {
            double n = Math.floor(in.get(3).getDouble(counts[p]));
            double prob = in.get(4).getDouble(probs[p]);
            for (int i = 0; i < samples; i++) {
                boolean few = n * Math.min(prob, 1 - prob) < 10;
                Philox source = Draws.source(in.get(1), in.get(2));
                Draws draws = new Draws(source.skip((few ? FEW : Draws.RESERVED) * ((long) p * samples + i)));
                y.setDouble(p + i * each.size(), drawn(n, prob, few, draws));
            }
        }
        return y;
    }

    private static double drawn(double n, double p, boolean few, Draws draws) {
        if (n <= 0 || p <= 0) {
            return 0;
        }
        if (p >= 1) {
            return n;
        }
        double rare = Math.min(p, 1 - p);
        double k = few ? summed(n, rare, draws) : rejected(n, rare, draws);
        return p <= 0.5 ? k : n - k;
    }

    private static double summed(double n, double p, Draws draws) {
        double sum = 0;
        int k = 0;
        while (true) {
            sum += Math.ceil(Math.log(draws.next()) / Math.log1p(-p));
            if (sum > n) {
                return k;
            }
            k++;
        }
    }

    private static double rejected(double n, double p, Draws draws) {
        double deviation = Math.sqrt(n * p * (1 - p));
        double b = 1.15 + 2.53 * deviation;
        double a = -0.0873 + 0.0248 * b + 0.01 * p;
        double odds = p / (1 - p);
        double alpha = (2.83 + 5.1 / b) * deviation;
        double m = Math.floor((n + 1) * p);
        while (true) {
            double u = draws.next() - 0.5;
            double v = draws.next();
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + n * p + 0.5);
            if (us >= 0.07 && v <= 0.92 - 4.2 / b) {
                return k;
            }
            if (k < 0 || k > n) {
                continue;
            }
            double most = (m + 0.5) * Math.log((m + 1) / (odds * (n - m + 1)))
                    + (n + 1) * Math.log((n - m + 1) / (n - k + 1))
                    + (k + 0.5) * Math.log(odds * (n - k + 1) / (k + 1))
                    + tail(m)
                    + tail(n - m)
                    - tail(k)
                    - tail(n - k);
            if (Math.log(v * alpha / (a / (us * us) + b)) <= most) {
                return k;
            }
        }
    }

    /** What Stirling's formula leaves of {@code log k!}. */
    private static double tail(double k) {
        if (k <= 9) {
            return TAIL[(int) k];
        }
        double square = (k + 1) * (k + 1);
        return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
    }

    @Override
    public void gradient(Adjoint g) {
        g.none(); // whole numbers, which TensorFlow does not differentiate
    }
}
