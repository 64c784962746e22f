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
 * Slices added up at indices: {@code i[c…], u[a…×c…×b…], shape[m] → y[a…×n×b…]}, {@code y[a, k, b] = Σ u[a, c, b]} over
 * {@code i[c] = k}. It is the gradient of {@link Gather}.
 *
 * <p>(C1) integer indices, (C2) each in [0, n). (C3) u numeric, of the shape that Gather gives. Source: TF
 * UnsortedSegmentSum, TensorScatterAdd.
 */
public record ScatterAdd(int axis) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (!in.count(3).dtype(0).isInteger()) { // (C1)
            throw new ShapeException("expected integer indices but was " + in.type(0));
        }
        TensorType u = in.type(1);
        Shape y = in.shapeValue(2);
        Shape i = in.shape(0);
        if (y.isRanked() && i.isRanked() && u.shape().isRanked()) {
            int a = Index.axis(axis, y);
            Shape gathered = y.slice(0, a)
                    .append(i.dims())
                    .append(y.slice(a + 1, y.rank()).dims());
            Shape.merge(gathered, u.shape()); // (C3)
        }
        if (!u.dtype().isFloating() && !u.dtype().isInteger()) {
            throw new ShapeException("expected numbers to add but was " + u);
        }
        return u.withShape(y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor indices = in.get(0);
        Tensor u = in.get(1);
        int n = out.shape().dim(axis);
        int outer = out.shape().size(0, axis);
        int inner = out.shape().size(axis + 1, out.shape().rank());
        double[] sums = new double[out.dtype().isFloating() ? out.shape().size() : 0];
        Tensor y = Tensor.zeros(out);
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < indices.size(); i++) {
                long index = indices.getLong(i);
                if (index < 0 || index >= n) { // (C2)
                    throw new ShapeException(
                            "expected indices in [0, " + n + ") but was " + index + " (element " + i + ")");
                }
                for (int k = 0; k < inner; k++, at++) {
                    int to = (o * n + (int) index) * inner + k;
                    if (out.dtype().isFloating()) {
                        sums[to] += u.getDouble(at);
                    } else {
                        y.setLong(to, y.getLong(to) + u.getLong(at));
                    }
                }
            }
        }
        return out.dtype().isFloating() ? Copy.rounded(sums, out) : y;
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(1, () -> g.builder().add(new Gather(axis), g.dy(), g.in(0)));
    }
}
