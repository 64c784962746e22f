package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Images seen through a projection: {@code size[2], x[b×h×w×c], p[b×8 or 1×8], fill[] → y[b×size×c]}, where the pixel at
 * (i, j) of y is that of x at row {@code (p3·j + p4·i + p5)/k}, column {@code (p0·j + p1·i + p2)/k} with {@code k = p6·j +
 * p7·i + 1}. Source: TF ImageProjectiveTransformV3.
 */
public record ProjectiveTransform(boolean bilinear, Beyond beyond) implements Op.Single {
    /** What is seen beyond the edges. */
    public enum Beyond {
        /** The value {@code fill}. */
        CONSTANT,
        /** The nearest pixel. */
        NEAREST,
        /** {@code dcba|abcd|dcba}. */
        REFLECT,
        /** {@code abcd|abcd|abcd}. */
        WRAP;

        /** Where along an axis of length n to look. */
        float at(float x, int n) {
            return switch (this) {
                case CONSTANT -> x;
                case NEAREST -> clamp(x, n);
                case REFLECT -> clamp(n == 1 ? 0 : reflect(x, n), n);
                case WRAP -> clamp(n == 1 ? 0 : wrap(x, n), n);
            };
        }

        private static float clamp(float x, int n) {
            return Math.max(0, Math.min(n - 1, x));
        }

        private static float reflect(float x, int n) {
            int period = 2 * n;
            if (x < 0) {
                float y = period * (long) (-x / period) + x;
                return y < -n ? y + period : -y - 1;
            }
            float y = x > n - 1 ? x - period * (long) (x / period) : x;
            return y >= n ? period - y - 1 : y;
        }

        private static float wrap(float x, int n) {
            return x < 0
                    ? x + (float) n * ((long) (-x / (n - 1)) + 1)
                    : x > n - 1 ? x - (float) n * (long) (x / (n - 1)) : x;
        }
    }

    @Override
    public TensorType type(Operands in) {
        Shape x = in.count(4).shape(1);
        if (x.isRanked() && x.rank() != 4
                || !in.dtype(1).isFloating() && !in.dtype(1).isInteger()) {
            throw new ShapeException("expected images of numbers but was " + in.type(1));
        }
        Shape p = in.shape(2);
        boolean matrix = in.dtype(2) == DType.FLOAT32 && in.dtype(3) == DType.FLOAT32;
        if (!matrix || p.isRanked() && (p.rank() != 2 || p.dim(1) != 8 && p.dim(1) != Shape.UNKNOWN)) {
            throw new ShapeException(
                    "expected float32 projections of 8 numbers and a float32 value to fill with but was " + in.type(2)
                            + ", " + in.type(3));
        }
        Shape size = in.shapeValue(0);
        if (size.isRanked() && size.rank() != 2) {
            throw new ShapeException("expected a size of two numbers but was " + size);
        }
        return x.isRanked() && size.isRanked()
                ? in.type(1).withShape(Shape.of(x.dim(0), size.dim(0), size.dim(1), x.dim(3)))
                : in.type(1).withShape(Shape.UNRANKED);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(1);
        Tensor y = Tensor.zeros(out);
        float[] all = in.get(2).floats();
        Shape s = out.shape();
        boolean shared = in.get(2).shape().dim(0) == 1;
        int at = 0;
        for (int b = 0; b < s.dim(0); b++) {
            int p = shared ? 0 : 8 * b;
            for (int i = 0; i < s.dim(1); i++) {
                for (int j = 0; j < s.dim(2); j++) {
                    float k = all[p + 6] * j + all[p + 7] * i + 1;
                    float column = (all[p] * j + all[p + 1] * i + all[p + 2]) / k;
                    float row = (all[p + 3] * j + all[p + 4] * i + all[p + 5]) / k;
                    for (int c = 0; c < s.dim(3); c++) {
                        double fill = in.get(3).floats()[0];
                        y.setDouble(at++, k == 0 ? fill : seen(x, b, row, column, c, fill));
                    }
                }
            }
        }
        return y;
    }

    private double seen(Tensor x, int b, float row, float column, int c, double fill) {
        float i = beyond.at(row, x.shape().dim(1));
        float j = beyond.at(column, x.shape().dim(2));
        if (!bilinear) {
            return pixel(x, b, round(i), round(j), c, fill);
        }
        float top = (float) Math.floor(i);
        float left = (float) Math.floor(j);
        float[] rows = new float[2];
        for (int k = 0; k < 2; k++) {
            rows[k] = (left + 1 - j) * (float) pixel(x, b, top + k, left, c, fill)
                    + (j - left) * (float) pixel(x, b, top + k, left + 1, c, fill);
        }
        return (top + 1 - i) * rows[0] + (i - top) * rows[1];
    }

    /** To the nearest integer, halves away from zero. */
    private static float round(float x) {
        return (float) Math.copySign(Math.floor(Math.abs((double) x) + 0.5), x);
    }

    private static double pixel(Tensor x, int b, float row, float column, int c, double fill) {
        Shape s = x.shape();
        boolean inside = row >= 0 && row < s.dim(1) && column >= 0 && column < s.dim(2);
        return inside ? x.getDouble(((b * s.dim(1) + (int) row) * s.dim(2) + (int) column) * s.dim(3) + c) : fill;
    }

    /** dy seen through the inverse projections: not the derivative, but what TensorFlow takes for it. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(1, () -> {
            Value size = b.shape(b.dim(g.in(1), 1), b.dim(g.in(1), 2));
            return b.add(this, size, g.dy(), inverse(b, g.in(2)), b.constant(DType.FLOAT32, 0));
        });
        g.none(2, 3);
    }

    /** The adjugates of the matrices, each over its last element. */
    private static Value inverse(Builder b, Value p) {
        List<Value> m = new ArrayList<>(b.split(p, 1, 1, 1, 1, 1, 1, 1, 1, 1));
        m.add(b.constant(p.dtype(), 1));
        int[][] minors = {
            {4, 8, 5, 7},
            {2, 7, 1, 8},
            {1, 5, 2, 4},
            {5, 6, 3, 8},
            {0, 8, 2, 6},
            {2, 3, 0, 5},
            {3, 7, 4, 6},
            {1, 6, 0, 7}
        };
        Value last = b.minus(b.times(m.get(0), m.get(4)), b.times(m.get(1), m.get(3)));
        List<Value> all = new ArrayList<>();
        for (int[] i : minors) {
            Value minor = b.minus(b.times(m.get(i[0]), m.get(i[1])), b.times(m.get(i[2]), m.get(i[3])));
            all.add(b.over(minor, last));
        }
        return b.concat(1, all);
    }
}
