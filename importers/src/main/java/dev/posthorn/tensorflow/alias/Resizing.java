package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.host.ResizePlan;
import dev.posthorn.tensorflow.host.SamplePlan;
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

    private static Value resize(Site s, ResizePlan.Weights weights) {
        List<Dim> size = s.dims(1);
        Dim[] x = s.b().dims(s.in(0));
        return apply(s, matrix(s, x[1], size.get(0), weights), matrix(s, x[2], size.get(1), weights));
    }

    /** The weights from n elements to m; a node where they are known only when the graph runs. */
    private static Value matrix(Site s, Dim n, Dim m, ResizePlan.Weights weights) {
        if (n.isKnown() && m.isKnown()) {
            return s.b().constant(ResizePlan.matrix(weights.of(n.known(), m.known()), n.known()));
        }
        return s.b().add(new ResizePlan(weights), Shapes.value(s, n), Shapes.value(s, m));
    }

    /** What flows back to pictures of h×w: the same weights, transposed. */
    private static Value back(Site s, int h, int w, ResizePlan.Weights weights) {
        Shape dy = s.shape(0);
        Value dx = apply(
                s,
                matrix(s, transposed(weights.of(h, dy.dim(1))), dy.dim(1)),
                matrix(s, transposed(weights.of(w, dy.dim(2))), dy.dim(2)));
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
    private static Value apply(Site s, Value rows, Value columns) {
        Value x = s.b().cast(s.in(0), DType.FLOAT32);
        Dim[] d = s.b().dims(x);
        Dim line = d[2].isKnown() && d[3].isKnown() ? Dim.of(d[2].known() * d[3].known()) : Dim.of(-1);
        Value y = s.b().matmul(rows, s.b().reshape(x, d[0], d[1], line));
        return s.b().matmul(columns, s.b().reshape(y, d[0], s.b().dim(rows, 0), d[2], d[3]));
    }

    private static Value matrix(Site s, float[][] rows, int n) {
        return s.b().constant(ResizePlan.matrix(rows, rows.length == 0 ? 0 : n));
    }

    private static Value nearest(Site s) {
        List<Dim> size = s.dims(1);
        Value x = s.in(0);
        Value y = s.b().gather(x, places(s, s.b().dim(x, 1), size.get(0)), 1);
        return s.b().gather(y, places(s, s.b().dim(x, 2), size.get(1)), 2);
    }

    /** The element that each of m is; a node where they are known only when the graph runs. */
    private static Value places(Site s, Dim n, Dim m) {
        if (n.isKnown() && m.isKnown()) {
            return s.b().ints(nearestPlaces(s, n.known(), m.known()));
        }
        Value weights = matrix(s, n, m, (from, to) -> picked(s, from, to));
        return s.b().add(new ArgReduce(true, 1, DType.INT32), weights);
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
        boolean antialias = s.attributes().bool("antialias", true);
        ResizeWeights.Kernel kernel = ResizeWeights.Kernel.of(s.attributes().string("kernel_type", "lanczos3"));
        if (kernel == null) {
            throw s.unsupported("kernel " + s.attributes().string("kernel_type", ""));
        }
        List<Dim> size = s.dims(1);
        Dim[] x = s.b().dims(s.in(0));
        SamplePlan plan = new SamplePlan(
                (n, m, scale, translation) -> ResizeWeights.sampled(n, m, scale, translation, kernel, antialias));
        Value[] along = new Value[2];
        for (int a = 0; a < 2; a++) {
            List<Value> in = List.of(
                    Shapes.value(s, x[a + 1]),
                    Shapes.value(s, size.get(a)),
                    element(s, s.in(2), a),
                    element(s, s.in(3), a));
            boolean known = in.stream().allMatch(v -> v.node().op() instanceof Constant);
            List<TensorType> unknown = List.of(new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)));
            along[a] = known
                    ? s.b().constant(plan.eval(in.stream().map(Resizing::known).toList(), unknown)
                            .get(0))
                    : s.b().addAll(plan, in).get(0);
        }
        return apply(s, along[0], along[1]);
    }

    private static Tensor known(Value v) {
        return ((Constant) v.node().op()).value();
    }

    private static Value element(Site s, Value vector, int i) {
        return s.b().reshape(s.b().slice(vector, 0, i, i + 1), new int[0]);
    }
}
