package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Class numbers drawn with the probabilities softmax of each row: {@code key[1], counter[2], logits[b×c] → y[b×samples]}. A
 * uniform number is found among the running sums of exp(logits), in double; logits that are not finite are never drawn. Source:
 * TF StatelessMultinomial.
 */
public record RandomCategorical(int samples, DType dtype) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType logits = in.count(3).type(2);
        Draws.check(in, 0);
        if (!logits.dtype().isFloating() || logits.shape().rank() != 2 || !dtype.isInteger() || samples < 0) {
            throw new ShapeException("expected logits[b×c], integers to give and a number of samples but was " + logits
                    + ", " + dtype + ", " + samples);
        }
        return new TensorType(dtype, logits.shape().with(1, samples));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Philox source = Draws.source(in.get(0), in.get(1));
        Tensor logits = in.get(2);
        int classes = logits.shape().dim(1);
        Tensor y = Tensor.zeros(out);
        double[] sums = new double[classes];
        int[] four = {};
        for (int i = 0, used = 4; i < y.size(); i++, used += 2) {
            if (i % samples == 0) {
                sum(logits, i / samples * classes, sums);
            }
            if (used >= 4) {
                four = source.next();
                used = 0;
            }
            double find = Philox.unit(four[used], four[used + 1]) * (classes == 0 ? 0 : sums[classes - 1]);
            int at = 0;
            while (at < classes && sums[at] <= find) {
                at++;
            }
            y.setLong(i, at);
        }
        return y;
    }

    private static void sum(Tensor logits, int from, double[] sums) {
        double most = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < sums.length; c++) {
            double v = logits.getDouble(from + c);
            most = Double.isFinite(v) ? Math.max(most, v) : most;
        }
        double sum = 0;
        for (int c = 0; c < sums.length; c++) {
            double v = logits.getDouble(from + c);
            sum += Double.isFinite(v) ? Math.exp(v - most) : 0;
            sums[c] = sum;
        }
    }

    @Override
    public void gradient(Adjoint g) {
        g.none(); // whole numbers, which TensorFlow does not differentiate
    }
}
