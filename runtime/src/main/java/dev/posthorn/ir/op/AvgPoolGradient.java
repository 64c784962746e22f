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
 * The derivative of a mean {@link Pool} by its operand: {@code dy[batch×o₁…×c], shape[r] → dx[shape]}, every dy shared
 * equally among the elements of x that are under its window.
 *
 * <p>(C1) dy floating-point, (C2) of the shape that pooling gives. Source: TF AvgPoolGrad.
 */
public record AvgPoolGradient(Window window) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType dy = in.count(2).type(0);
        TensorType x = dy.withShape(in.shapeValue(1));
        if (!dy.dtype().isFloating() || !x.shape().isRanked()) { // (C1)
            throw new ShapeException("expected a floating-point operand and a shape but was " + in.types());
        }
        Shape.merge(Pool.pooled(x, window).shape(), dy.shape()); // (C2)
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor dy = in.get(0);
        int channels = out.shape().dim(-1);
        int[] counts = new int[channels == 0 ? 0 : dy.size() / channels];
        Pool.walk(window, out.shape(), dy.shape(), (place, tap, at) -> {
            if (channels > 0) {
                counts[place]++;
            }
        });
        double[] dx = new double[out.shape().size()];
        Pool.walk(window, out.shape(), dy.shape(), (place, tap, at) -> {
            for (int c = 0; c < channels; c++) {
                dx[at * channels + c] += dy.getDouble(place * channels + c) / counts[place];
            }
        });
        return Copy.rounded(dx, out);
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> g.builder().add(new Pool(Pool.Fn.AVG, window), g.dy()));
    }
}
