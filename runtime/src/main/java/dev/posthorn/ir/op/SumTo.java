package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Adds up what {@link BroadcastTo} would repeat: {@code x[…], shape[n] → y[shape]}, the sums over leading axes and over those
 * of length 1 in shape. x floating-point. It is that op's gradient, for shapes that are not known before the call. Source:
 * TF BroadcastGradientArgs with Sum.
 */
public record SumTo() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(2).type(0);
        Shape to = in.shapeValue(1);
        if (!x.dtype().isFloating()) {
            throw new ShapeException("expected a floating-point operand but was " + x);
        }
        if (to.isRanked() && x.shape().isRanked()) {
            boolean fits = to.rank() <= x.shape().rank();
            for (int a = 1; fits && a <= to.rank(); a++) {
                int d = x.shape().dim(-a);
                int s = to.dim(-a);
                fits = s == d || s == 1 || s == Shape.UNKNOWN || d == Shape.UNKNOWN;
            }
            if (!fits) {
                throw new ShapeException("expected a shape that broadcasts to " + x.shape() + " but was " + to);
            }
        }
        return x.withShape(to);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        double[] sums = new double[out.shape().size()];
        int[] to = Index.broadcast(out.shape(), x.shape());
        for (int i = 0; i < to.length; i++) {
            sums[to[i]] += x.getDouble(i);
        }
        return Copy.rounded(sums, out);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> g.builder().add(new BroadcastTo(), g.dy(), g.builder().add(new ShapeOf(), g.in(0))));
    }
}
