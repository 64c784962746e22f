package dev.posthorn.ir.op.image;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Outlines of boxes in pictures: {@code x[b×h×w×c], boxes[b×n×4], colours[k×(≥c)] → y[b×h×w×c]}; corners are fractions of
 * height and width, colours are used in turn. Source: TF DrawBoundingBoxesV2.
 */
public record DrawBoxes() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(3).type(0);
        if (!x.dtype().isFloating()
                || x.shape().rank() != 4
                || in.shape(1).rank() != 3
                || in.shape(2).rank() != 2) {
            throw new ShapeException("expected pictures, boxes and colours but was " + in.types());
        }
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Shape s = in.get(0).shape();
        Tensor boxes = in.get(1);
        Tensor colours = in.get(2);
        if (boxes.shape().dim(0) != s.dim(0)
                || boxes.shape().dim(2) != 4
                || colours.shape().dim(0) == 0
                || colours.shape().dim(1) < s.dim(3)) {
            throw new ShapeException("expected boxes for each picture and colours of " + s.dim(3) + " channels but was "
                    + boxes.type() + " and " + colours.type());
        }
        Tensor y = Tensor.zeros(in.get(0).type());
        System.arraycopy(in.get(0).data(), 0, y.data(), 0, y.size());
        int n = boxes.shape().dim(1);
        for (int b = 0; b < s.dim(0); b++) {
            for (int i = 0; i < n; i++) {
                long top = (long) ((float) boxes.getDouble((b * n + i) * 4) * (s.dim(1) - 1));
                long left = (long) ((float) boxes.getDouble((b * n + i) * 4 + 1) * (s.dim(2) - 1));
                long bottom = (long) ((float) boxes.getDouble((b * n + i) * 4 + 2) * (s.dim(1) - 1));
                long right = (long) ((float) boxes.getDouble((b * n + i) * 4 + 3) * (s.dim(2) - 1));
                int colour = i % colours.shape().dim(0);
                if (top <= bottom && left <= right) {
                    line(y, b, top, top, left, right, colours, colour);
                    line(y, b, bottom, bottom, left, right, colours, colour);
                    line(y, b, top, bottom, left, left, colours, colour);
                    line(y, b, top, bottom, right, right, colours, colour);
                }
            }
        }
        return y;
    }

    /** What of these rows and columns is in the picture. */
    private static void line(
            Tensor y, int b, long top, long bottom, long left, long right, Tensor colours, int colour) {
        Shape s = y.shape();
        int c = s.dim(3);
        for (long i = Math.max(top, 0); i <= Math.min(bottom, s.dim(1) - 1); i++) {
            for (long j = Math.max(left, 0); j <= Math.min(right, s.dim(2) - 1); j++) {
                int at = Math.toIntExact((((long) b * s.dim(1) + i) * s.dim(2) + j) * c);
                for (int k = 0; k < c; k++) {
                    y.setDouble(
                            at + k, colours.getDouble(colour * colours.shape().dim(1) + k));
                }
            }
        }
    }
}
