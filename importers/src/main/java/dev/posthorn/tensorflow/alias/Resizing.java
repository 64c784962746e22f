package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/**
 * Images on another grid. What is interpolated is so along one axis after the other: products with matrices of weights
 * ({@link ResizeWeights}), which are known as soon as the sizes are.
 */
final class Resizing {
    static final List<TfOp> ALL = List.of(
            one("ResizeBilinear", s -> resize(s, (n, m) -> ResizeWeights.bilinear(n, m, corners(s), half(s)))),
            one("ResizeBicubic", s -> resize(s, (n, m) -> ResizeWeights.bicubic(n, m, corners(s), half(s)))),
            one("ResizeArea", s -> resize(s, (n, m) -> ResizeWeights.area(n, m, corners(s)))),
            one("ResizeNearestNeighbor", Resizing::nearest),
            one("ScaleAndTranslate", Resizing::scaleAndTranslate),
            one(
                    "ResizeBilinearGrad",
                    s -> back(
                            s,
                            s.shape(1).dim(1),
                            s.shape(1).dim(2),
                            (n, m) -> ResizeWeights.bilinear(n, m, corners(s), half(s)))),
            one(
                    "ResizeBicubicGrad",
                    s -> back(
                            s,
                            s.shape(1).dim(1),
                            s.shape(1).dim(2),
                            (n, m) -> ResizeWeights.bicubic(n, m, corners(s), half(s)))),
            one("ResizeNearestNeighborGrad", s -> back(s, s.ints(1)[0], s.ints(1)[1], (n, m) -> picked(s, n, m))));

    private Resizing() {}

    /** The weights {@code [m×n]} with which n elements become m. */
    @FunctionalInterface
    private interface Weights {
        float[][] of(int n, int m);
    }

    private static boolean corners(Site s) {
        return s.attributes().bool("align_corners", false);
    }

    private static boolean half(Site s) {
        return s.attributes().bool("half_pixel_centers", false);
    }

    /** Bilinearly, the corners kept where the attribute of that name says so. */
    static Value bilinear(Site s, String cornersKept) {
        boolean kept = s.attributes().bool(cornersKept, false);
        return resize(s, (n, m) -> ResizeWeights.bilinear(n, m, kept, false));
    }

    private static Value resize(Site s, Weights weights) {
        int[] size = s.ints(1);
        Shape x = s.shape(0);
        return apply(s, weights.of(x.dim(1), size[0]), weights.of(x.dim(2), size[1]));
    }

    /** What flows back to pictures of h×w: the same weights, transposed. */
    private static Value back(Site s, int h, int w, Weights weights) {
        Shape dy = s.shape(0);
        Value dx = apply(s, transposed(weights.of(h, dy.dim(1))), transposed(weights.of(w, dy.dim(2))));
        return Elementwise.cast(s.b(), dx, s.attributes().type("T", DType.FLOAT32));
    }

    private static float[][] transposed(float[][] x) {
        float[][] y = new float[x.length == 0 ? 0 : x[0].length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                y[j][i] = x[i][j];
            }
        }
        return y;
    }

    private static float[][] picked(Site s, int n, int m) {
        int[] places = nearestPlaces(s, n, m);
        float[][] w = new float[m][n];
        for (int i = 0; i < m; i++) {
            w[i][places[i]] = 1;
        }
        return w;
    }

    /** {@code rows · x · columnsᵀ} for every channel, in float32. */
    private static Value apply(Site s, float[][] rows, float[][] columns) {
        Value x = s.b().cast(s.in(0), DType.FLOAT32);
        Dim[] d = s.b().dims(x);
        int w = x.shape().dim(2);
        int c = x.shape().dim(3);
        Value wide = s.b().reshape(x, d[0], d[1], Dim.of(w * c));
        Value y = s.b().matmul(matrix(s, rows), wide);
        Value parts = s.b().reshape(y, d[0], Dim.of(rows.length), Dim.of(w), Dim.of(c));
        return s.b().matmul(matrix(s, columns), parts);
    }

    private static Value matrix(Site s, float[][] rows) {
        int n = rows.length == 0 ? 0 : rows[0].length;
        Tensor t = Tensor.zeros(TensorType.f32(rows.length, n));
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, t.floats(), i * n, n);
        }
        return s.b().constant(t);
    }

    private static Value nearest(Site s) {
        int[] size = s.ints(1);
        Value x = s.in(0);
        Value y = s.b().gather(x, places(s, x.shape().dim(1), size[0]), 1);
        return s.b().gather(y, places(s, x.shape().dim(2), size[1]), 2);
    }

    private static Value places(Site s, int n, int m) {
        return s.b().ints(nearestPlaces(s, n, m));
    }

    private static int[] nearestPlaces(Site s, int n, int m) {
        float scale = ResizeWeights.scale(n, m, corners(s));
        int[] places = new int[m];
        for (int i = 0; i < m; i++) {
            float at = half(s) ? (i + 0.5f) * scale : i * scale;
            int place = corners(s) ? Math.round(at) : (int) Math.floor(at);
            places[i] = Math.max(Math.min(place, n - 1), 0);
        }
        return places;
    }

    private static Value scaleAndTranslate(Site s) {
        int[] size = s.ints(1);
        Tensor scale = s.constant(2);
        Tensor translation = s.constant(3);
        boolean antialias = s.attributes().bool("antialias", true);
        ResizeWeights.Kernel kernel = ResizeWeights.Kernel.of(s.attributes().string("kernel_type", "lanczos3"));
        if (kernel == null) {
            throw s.unsupported("kernel " + s.attributes().string("kernel_type", ""));
        }
        Shape x = s.shape(0);
        return apply(
                s,
                ResizeWeights.sampled(
                        x.dim(1),
                        size[0],
                        (float) scale.getDouble(0),
                        (float) translation.getDouble(0),
                        kernel,
                        antialias),
                ResizeWeights.sampled(
                        x.dim(2),
                        size[1],
                        (float) scale.getDouble(1),
                        (float) translation.getDouble(1),
                        kernel,
                        antialias));
    }
}
