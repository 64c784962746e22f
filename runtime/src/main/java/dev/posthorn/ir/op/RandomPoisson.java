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
 * Numbers of the Poisson distribution: {@code shape[n], key[1], counter[2], rate[s…] → y[shape]}, where shape ends as rate's
 * does. Rates below 10 by Knuth's products of uniform numbers, others by Hörmann's transformed rejection, in double. Source: TF
 * StatelessRandomPoisson.
 */
public record RandomPoisson(DType dtype) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        Shape y = in.count(4).shapeValue(0);
        Draws.check(in, 1);
        if (!in.dtype(3).isFloating() || !dtype.isFloating() && !dtype.isInteger()) {
            throw new ShapeException("expected floating-point rates but was " + in.types() + " to " + dtype);
        }
        Draws.endsAs(y, in.shape(3));
        return new TensorType(dtype, y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        Tensor rate = in.get(3);
        int each = rate.size() == 0 ? 0 : y.size() / rate.size();
        for (int r = 0; r < rate.size(); r++) {
            for (int i = 0; i < each; i++) {
                Draws draws = Draws.of(in.get(1), in.get(2), (long) r * each + i);
                double v = rate.getDouble(r);
                y.setDouble(r + i * rate.size(), v < 10 ? multiplied(v, draws) : rejected(v, draws));
            }
        }
        return y;
    }

    private static double multiplied(double rate, Draws draws) {
        double least = Math.exp(-rate);
        double product = draws.next();
        double n = 0;
        while (product > least) {
            product *= draws.next();
            n++;
        }
        return n;
    }

    private static double rejected(double rate, Draws draws) {
        double log = Math.log(rate);
        double b = 0.931 + 2.53 * Math.sqrt(rate);
        double a = -0.059 + 0.02483 * b;
        double inverse = 1.1239 + 1.1328 / (b - 3.4);
        while (true) {
            double u = draws.next() - 0.5;
            double v = draws.next();
            double us = 0.5 - Math.abs(u);
            double k = Math.floor((2 * a / us + b) * u + rate + 0.43);
            if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) {
                return k;
            }
            if (k < 0 || us < 0.013 && v > us) {
                continue;
            }
            if (Math.log(v * inverse / (a / (us * us) + b)) <= -rate + k * log - Gammas.log(k + 1)) {
                return k;
            }
        }
    }

    @Override
    public void gradient(Adjoint g) {
        g.none(); // whole numbers, which TensorFlow does not differentiate
    }
}
