package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Copy;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The derivative of {@link CropAndResize}, interpolated, by its boxes: {@code dy[n×height×width×c], x[b×h×w×c], boxes[n×4],
 * picture[n] → dboxes[n×4]}. Source: TF CropAndResizeGradBoxes.
 */
public record CropBoxGradient() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(4).dtype(0) != DType.FLOAT32
                || in.shape(0).rank() != 4
                || in.shape(1).rank() != 4) {
            throw new ShapeException("expected float32 derivatives and pictures but was " + in.types());
        }
        return in.type(2);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Shape part = in.get(0).shape();
        Tensor x = in.get(1);
        double[] d = new double[in.get(2).size()];
        int h = x.shape().dim(1) - 1;
        int w = x.shape().dim(2) - 1;
        int height = part.dim(1);
        int width = part.dim(2);
        new CropPlaces(x.shape(), in.get(2), in.get(3), height, width, true).each((at, p) -> {
            for (int k = 0; k < p.channels(); k++) {
                double dy = in.get(0).floats()[at + k];
                double topLeft = x.getDouble(p.topLeft() + k);
                double topRight = x.getDouble(p.topRight() + k);
                double bottomLeft = x.getDouble(p.bottomLeft() + k);
                double bottomRight = x.getDouble(p.bottomRight() + k);
                double down = dy * ((1 - p.across()) * (bottomLeft - topLeft) + p.across() * (bottomRight - topRight));
                double across = dy * ((1 - p.down()) * (topRight - topLeft) + p.down() * (bottomRight - bottomLeft));
                double row = height > 1 ? p.row() / (double) (height - 1) : 0.5;
                double column = width > 1 ? p.column() / (double) (width - 1) : 0.5;
                d[4 * p.box()] += down * h * (1 - row);
                d[4 * p.box() + 2] += down * h * row;
                d[4 * p.box() + 1] += across * w * (1 - column);
                d[4 * p.box() + 3] += across * w * column;
            }
        });
        return Copy.rounded(d, in.get(2).type());
    }
}
