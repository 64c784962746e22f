package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** Axes in another order: {@code y[i_perm[0], i_perm[1], …] = x[i₀, i₁, …]}. Source: TF Transpose. */
public record Transpose(List<Integer> perm) implements Op.Single {
    public Transpose {
        perm = List.copyOf(perm);
    }

    @Override
    public TensorType type(Operands in) {
        Shape x = in.count(1).shape(0);
        if (x.rank() != perm.size()
                || perm.stream().distinct().filter(p -> p >= 0 && p < x.rank()).count() != x.rank()) {
            throw new ShapeException("expected an order of the axes of " + x + " but was " + perm);
        }
        return in.type(0).withShape(Shape.of(perm.stream().mapToInt(x::dim).toArray()));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int[] own = Index.strides(in.get(0).shape());
        int[] step = perm.stream().mapToInt(p -> own[p]).toArray();
        return Copy.gather(in.get(0), out, Index.walk(out.shape(), step, 0));
    }

    @Override
    public void gradient(Adjoint g) {
        int[] back = new int[perm.size()];
        for (int i = 0; i < back.length; i++) {
            back[perm.get(i)] = i;
        }
        g.to(0, () -> g.builder().transpose(g.dy(), back));
    }
}
