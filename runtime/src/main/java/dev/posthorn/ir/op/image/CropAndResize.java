package dev.posthorn.ir.op.image;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Parts of pictures at one size: {@code x[b×h×w×c], boxes[n×4], picture[n] → y[n×height×width×c]} as float32. The corners
 * of a box are fractions of the last row and column; between pixels it is interpolated, or the nearest one taken; beyond the
 * picture is {@code beyond}.
 *
 * <p>(C1) pictures in [0, b). Source: TF CropAndResize.
 */
public record CropAndResize(boolean bilinear, double beyond, int height, int width) implements Op.Single {
    public CropAndResize {
        if (height < 1 || width < 1) {
            throw new ShapeException("CropAndResize: expected a positive size but was " + height + "×" + width);
        }
    }

    @Override
    public TensorType type(Operands in) {
        if (in.count(3).shape(0).rank() != 4
                || in.shape(1).rank() != 2
                || in.shape(2).rank() != 1
                || !in.dtype(2).isInteger()) {
            throw new ShapeException("expected pictures, boxes and whose they are but was " + in.types());
        }
        return TensorType.f32(in.shape(1).dim(0), height, width, in.shape(0).dim(3));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(TensorType.f32(
                in.get(1).shape().dim(0), height, width, x.shape().dim(3)));
        java.util.Arrays.fill(y.floats(), (float) beyond);
        CropPlaces places = new CropPlaces(x.shape(), in.get(1), in.get(2), height, width, bilinear);
        places.each((at, p) -> {
            for (int k = 0; k < p.channels(); k++) {
                float top = value(x, p.topLeft() + k, p.topRight() + k, p.across());
                float bottom = value(x, p.bottomLeft() + k, p.bottomRight() + k, p.across());
                y.floats()[at + k] = top + (bottom - top) * p.down();
            }
        });
        return y;
    }

    private static float value(Tensor x, int left, int right, float part) {
        float v = (float) x.getDouble(left);
        return v + ((float) x.getDouble(right) - v) * part;
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(
                0,
                () -> b.cast(
                        b.add(new CropImageGradient(bilinear), g.dy(), g.in(1), g.in(2), b.add(new ShapeOf(), g.in(0))),
                        g.in(0).dtype()));
        g.to(1, () -> b.add(new CropBoxGradient(), g.dy(), g.in(0), g.in(1), g.in(2)));
    }
}
