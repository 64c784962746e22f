package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Copy;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The derivative of {@link CropAndResize} by its pictures: {@code dy[n×height×width×c], boxes[n×4], picture[n], shape[4] →
 * dx[b×h×w×c]}. Source: TF CropAndResizeGradImage.
 */
public record CropImageGradient(boolean bilinear) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(4).dtype(0) != DType.FLOAT32 || in.shape(0).rank() != 4) {
            throw new ShapeException("expected float32 derivatives but was " + in.types());
        }
        return new TensorType(DType.FLOAT32, in.shapeValue(3));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor dy = in.get(0);
        int[] dims = new int[4];
        java.util.Arrays.setAll(dims, a -> Math.toIntExact(in.get(3).getLong(a)));
        TensorType type = TensorType.f32(dims);
        double[] dx = new double[type.shape().size()];
        new CropPlaces(
                        type.shape(),
                        in.get(1),
                        in.get(2),
                        dy.shape().dim(1),
                        dy.shape().dim(2),
                        bilinear)
                .each((at, p) -> {
                    for (int k = 0; k < p.channels(); k++) {
                        double d = dy.floats()[at + k];
                        dx[p.topLeft() + k] += (1 - p.down()) * (1 - p.across()) * d;
                        dx[p.topRight() + k] += (1 - p.down()) * p.across() * d;
                        dx[p.bottomLeft() + k] += p.down() * (1 - p.across()) * d;
                        dx[p.bottomRight() + k] += p.down() * p.across() * d;
                    }
                });
        return Copy.rounded(dx, type);
    }
}
