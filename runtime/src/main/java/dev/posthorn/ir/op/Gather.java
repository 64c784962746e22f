package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Slices by index: {@code x[a…×n×b…], i[c…] → y[a…×c…×b…]}, {@code y[a,c,b] = x[a, i[c], b]}.
 *
 * <p>(C1) integer indices, (C2) each in [0, n); one outside is an error, as on TensorFlow's CPU. Source: TF GatherV2.
 */
public record Gather(int axis) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (!in.count(2).dtype(1).isInteger()) { // (C1)
            throw new ShapeException("expected integer indices but was " + in.type(1));
        }
        Shape x = in.shape(0);
        Shape i = in.shape(1);
        if (!x.isRanked() || !i.isRanked()) {
            return in.type(0).withShape(Shape.UNRANKED);
        }
        int a = Index.axis(axis, x);
        return in.type(0)
                .withShape(x.slice(0, a)
                        .append(i.dims())
                        .append(x.slice(a + 1, x.rank()).dims()));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor indices = in.get(1);
        int outer = x.shape().size(0, axis);
        int n = x.shape().dim(axis);
        int inner = x.shape().size(axis + 1, x.shape().rank());
        int[] from = new int[out.shape().size()];
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < indices.size(); i++) {
                long index = indices.getLong(i);
                if (index < 0 || index >= n) { // (C2)
                    throw new ShapeException(
                            "expected indices in [0, " + n + ") but was " + index + " (element " + i + ")");
                }
                for (int k = 0; k < inner; k++) {
                    from[at++] = (o * n + (int) index) * inner + k;
                }
            }
        }
        return Copy.gather(x, out, from);
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> b.add(new ScatterAdd(axis), g.in(1), g.dy(), b.add(new ShapeOf(), g.in(0))));
    }
}
