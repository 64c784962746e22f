package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** Elements along {@code axes} (ascending, from the start) in the opposite order. Source: TF ReverseV2. */
public record Reverse(List<Integer> axes) implements Op.Single {
    public Reverse {
        axes = List.copyOf(axes);
    }

    @Override
    public TensorType type(Operands in) {
        Index.ascending(axes, in.count(1).shape(0));
        return in.type(0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int[] step = Index.strides(out.shape());
        int start = 0;
        for (int a : axes) {
            start += (out.shape().dim(a) - 1) * step[a];
            step[a] = -step[a];
        }
        return Copy.gather(in.get(0), out, Index.walk(out.shape(), step, start));
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> g.builder().add(this, g.dy()));
    }
}
