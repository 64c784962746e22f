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
 * The derivative of a {@link Conv} by its kernel: {@code x[batch×s₁…×cin], dy[batch×o₁…×cout] → dw[k₁…×cin/groups×cout]},
 * {@code dw[k,i,c] = Σ_b Σ_o x[b, o·stride + k·dilation − low, i] · dy[b,o,c]}, i among the channels of c's group.
 *
 * <p>(C1) one floating-point dtype. (C2) dy of the type that conv gives. Source: TF Conv2DBackpropFilter.
 */
public record ConvFilterGradient(Conv conv) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        Shape x = in.shape(0);
        Shape dy = in.shape(1);
        int rank = conv.window().rank();
        if (!dtype.isFloating()) { // (C1)
            throw new ShapeException("expected floating-point operands but was " + in.types());
        }
        if (x.rank() != rank + 2 || dy.rank() != rank + 2 || x.dim(-1) < 0 || dy.dim(-1) < 0) {
            throw new ShapeException(
                    "expected x and dy of rank " + (rank + 2) + " with known channels but was " + x + " and " + dy);
        }
        Shape.merge(conv.places(x).append(dy.dim(-1)), dy); // (C2)
        int[] w = new int[rank + 2];
        for (int a = 0; a < rank; a++) {
            w[a] = conv.window().size().get(a);
        }
        w[rank] = x.dim(-1) / conv.groups();
        w[rank + 1] = dy.dim(-1);
        return new TensorType(dtype, Shape.of(w));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor dy = in.get(1);
        int cin = out.shape().dim(-2);
        int cout = out.shape().dim(-1);
        int perGroup = Math.max(cout / conv.groups(), 1);
        double[] dw = new double[out.shape().size()];
        conv.walk(x.shape(), dy.shape(), (place, tap, at) -> {
            for (int c = 0; c < cout; c++) {
                double d = dy.getDouble(place * cout + c);
                int from = at * cin * conv.groups() + c / perGroup * cin;
                for (int i = 0; i < cin; i++) {
                    dw[(tap * cin + i) * cout + c] += x.getDouble(from + i) * d;
                }
            }
        });
        return Copy.rounded(dw, out);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> conv.ofInput(g.builder(), g.in(0).shape(), g.dy(), g.in(1)));
        g.to(1, () -> g.builder().add(conv, g.in(0), g.dy()));
    }
}
