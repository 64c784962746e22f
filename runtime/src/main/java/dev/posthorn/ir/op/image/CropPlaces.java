package dev.posthorn.ir.op.image;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ShapeException;

/** Where the pixels of cut-out parts are in their pictures, in float32 as TensorFlow computes it. */
record CropPlaces(Shape x, Tensor boxes, Tensor pictures, int height, int width, boolean bilinear) {
    CropPlaces {
        int n = boxes.shape().dim(0);
        if (boxes.shape().dim(1) != 4 || pictures.size() != n) {
            throw new ShapeException(
                    "expected 4 numbers and a picture a box but was " + boxes.type() + " and " + pictures.type());
        }
        for (int i = 0; i < n; i++) {
            if (pictures.getLong(i) < 0 || pictures.getLong(i) >= x.dim(0)) {
                throw new ShapeException("expected a picture in [0, " + x.dim(0) + ") but was " + pictures.getLong(i)
                        + " (box " + i + ")");
            }
        }
    }

    /** The four pixels around a place, how far it is down and across between them, and the part's box, row and column. */
    record Place(
            int topLeft,
            int topRight,
            int bottomLeft,
            int bottomRight,
            float down,
            float across,
            int channels,
            int box,
            int row,
            int column) {}

    /** Takes a place. */
    @FunctionalInterface
    interface Each {
        /** The flat place of the pixel in the part, and where it is in its picture. */
        void take(int at, Place p);
    }

    /** Where element {@code i} of {@code n} between two fractions is along an axis of {@code length}. */
    static float along(float from, float to, int i, int n, int length) {
        float scale = n > 1 ? (to - from) * (length - 1) / (n - 1) : 0;
        return n > 1 ? from * (length - 1) + i * scale : 0.5f * (from + to) * (length - 1);
    }

    /** Every pixel that is inside of its picture. */
    void each(Each each) {
        int h = x.dim(1);
        int w = x.dim(2);
        int c = x.dim(3);
        for (int box = 0; box < boxes.shape().dim(0); box++) {
            int picture = (int) pictures.getLong(box) * h;
            for (int i = 0; i < height; i++) {
                float y = along(corner(box, 0), corner(box, 2), i, height, h);
                for (int j = 0; j < width; j++) {
                    float z = along(corner(box, 1), corner(box, 3), j, width, w);
                    if (!(y >= 0 && y <= h - 1 && z >= 0 && z <= w - 1)) {
                        continue;
                    }
                    int top = (int) (bilinear ? Math.floor(y) : Math.floor(y + 0.5f));
                    int bottom = bilinear ? (int) Math.ceil(y) : top;
                    int left = (int) (bilinear ? Math.floor(z) : Math.floor(z + 0.5f));
                    int right = bilinear ? (int) Math.ceil(z) : left;
                    each.take(
                            ((box * height + i) * width + j) * c,
                            new Place(
                                    ((picture + top) * w + left) * c,
                                    ((picture + top) * w + right) * c,
                                    ((picture + bottom) * w + left) * c,
                                    ((picture + bottom) * w + right) * c,
                                    bilinear ? y - top : 0,
                                    bilinear ? z - left : 0,
                                    c,
                                    box,
                                    i,
                                    j));
                }
            }
        }
    }

    private float corner(int box, int k) {
        return (float) boxes.getDouble(4 * box + k);
    }
}
