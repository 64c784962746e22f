package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.object.Transforms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Images moved, distorted and compared. Source: keras/src/backend/tensorflow/image.py, keras/src/ops/image.py. */
final class GeometryOperations {
    static final Map<String, Operation> ALL = Map.of(
            "AffineTransform", of(GeometryOperations::affine),
            "ElasticTransform", of(GeometryOperations::elastic),
            "MapCoordinates", of(GeometryOperations::mapCoordinates),
            "PSNR", of(GeometryOperations::signalToNoise),
            "PerspectiveTransform", of(GeometryOperations::perspective),
            "SSIM", of(GeometryOperations::similarity),
            "ScaleAndTranslate", of(GeometryOperations::scaleAndTranslate),
            "SobelEdges", of(GeometryOperations::edges));

    private GeometryOperations() {}

    /** The function of a batch of images whose channels are last. */
    private static Value batched(Arguments a, Value x, UnaryOperator<Value> f) {
        Builder b = a.b();
        boolean single = x.shape().rank() == 3;
        Value batch = WindowOperations.format(a).toLast(b, single ? b.expandDims(x, 0) : x);
        Value y = WindowOperations.format(a).fromLast(b, f.apply(batch));
        return single ? b.squeeze(y, 0) : y;
    }

    private static boolean bilinear(Arguments a) {
        return a.string("interpolation", "bilinear").equals("bilinear");
    }

    private static Value affine(Arguments a) {
        Builder b = a.b();
        Value given = b.cast(a.tensor("transform", 1), DType.FLOAT32);
        Value transform = given.shape().rank() == 1 ? b.expandDims(given, 0) : given;
        ProjectiveTransform.Beyond beyond = ProjectiveTransform.Beyond.valueOf(
                a.string("fill_mode", "constant").toUpperCase(Locale.ROOT));
        return batched(
                a,
                a.tensor("images", 0),
                x -> Transforms.projected(b, x, transform, bilinear(a), beyond, a.number("fill_value", 0)));
    }

    private static Value perspective(Arguments a) {
        Builder b = a.b();
        Value start = b.cast(a.tensor("start_points", 1), DType.FLOAT32);
        Value end = b.cast(a.tensor("end_points", 2), DType.FLOAT32);
        boolean one = start.shape().rank() == 2;
        Value transform =
                Transforms.homography(b, one ? b.expandDims(start, 0) : start, one ? b.expandDims(end, 0) : end);
        return batched(
                a,
                a.tensor("images", 0),
                x -> Transforms.projected(
                        b, x, transform, bilinear(a), ProjectiveTransform.Beyond.CONSTANT, a.number("fill_value", 0)));
    }

    private static Value mapCoordinates(Arguments a) {
        Value x = a.tensor("inputs", 0);
        if (a.option("order") == null || a.integer("order", 0) > 1) {
            throw a.unsupported("order " + a.option("order"));
        }
        Builder b = a.b();
        List<Value> places = b
                .split(a.tensor("coordinates", 1), 0, ones(x.shape().rank()))
                .stream()
                .map(v -> b.squeeze(v, 0))
                .toList();
        Value y = Transforms.mapped(
                b,
                b.reshape(x, -1, 1),
                Expr.of(b, b.constant(DType.INT32, 0)),
                List.of(b.dims(x)),
                places,
                a.integer("order", 0),
                a.string("fill_mode", "constant"),
                a.number("fill_value", 0));
        return b.squeeze(y, -1);
    }

    private static int[] ones(int n) {
        int[] ones = new int[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static Value elastic(Arguments a) {
        Builder b = a.b();
        if (!(a.option("seed") instanceof Number seed)) {
            throw a.unsupported("a seed that is drawn, " + a.option("seed"));
        }
        Value state = b.constant(Tensor.of(Shape.of(2), new long[] {seed.longValue(), 0}));
        return batched(
                a,
                a.tensor("images", 0),
                x -> Transforms.elastic(
                        a.call(),
                        x,
                        state,
                        b.constant(x.dtype(), a.number("alpha", 20)),
                        a.number("sigma", 5),
                        bilinear(a) ? 1 : 0,
                        a.string("fill_mode", "reflect"),
                        a.number("fill_value", 0)));
    }

    private static Value scaleAndTranslate(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("images", 0);
        Expr scale = Expr.of(b, a.tensor("scale", 2));
        Expr translation = scale.with(a.tensor("translation", 3));
        List<Integer> axes = a.integers("spatial_dims");
        List<Integer> size = ((List<?>) a.raw("output_shape", 1))
                .stream().map(n -> ((Number) n).intValue()).toList();
        String method = a.string("method", "linear");
        Value y = ElementwiseOperations.floating(b, x);
        for (int i = 0; i < axes.size(); i++) {
            int axis = x.shape().axis(axes.get(i));
            Expr s = scale.with(b.squeeze(b.slice(scale.v(), 0, i, i + 1), 0));
            Expr t = scale.with(b.squeeze(b.slice(translation.v(), 0, i, i + 1), 0));
            int n = x.shape().dim(axis);
            if (n < 1) {
                throw a.unsupported("a size that is not known");
            }
            Expr weights = weights(a, n, size.get(axis), s, t, method);
            Value last = ShapeOperations.moveAxis(b, y, List.of(axis), List.of(-1));
            Value product = b.matmul(last, b.cast(weights.v(), y.dtype()));
            y = ShapeOperations.moveAxis(b, product, List.of(-1), List.of(axis));
        }
        return x.dtype().isFloating() ? y : rounded(b, y, x);
    }

    private static Value rounded(Builder b, Value y, Value x) {
        Expr e = Expr.of(b, b.cast(x, y.dtype()));
        Expr low = e.flat().reduce(Reduce.Fn.MIN, false, 0);
        Expr high = e.flat().reduce(Reduce.Fn.MAX, false, 0);
        return e.with(y)
                .apply(Unary.Fn.ROUND)
                .max(low)
                .min(high)
                .cast(x.dtype())
                .v();
    }

    /** What each of n pixels has to do with each of m: {@code [n×m]}. */
    private static Expr weights(Arguments a, int n, int m, Expr scale, Expr translation, String method) {
        Builder b = a.b();
        Expr inverse = scale.with(b.constant(scale.dtype(), 1)).over(scale);
        boolean antialias = a.option("antialias") == null || a.flag("antialias");
        Expr wide = antialias ? inverse.max(1) : inverse.number(1);
        Expr at = scale.iota(Dim.of(m))
                .cast(scale.dtype())
                .plus(0.5)
                .times(inverse)
                .minus(translation.times(inverse))
                .minus(0.5);
        Expr far = at.expandDims(0)
                .minus(scale.iota(Dim.of(n)).cast(scale.dtype()).expandDims(1))
                .abs()
                .over(wide);
        Expr w = kernel(a, far, method);
        Expr total = w.with(b.reduce(Reduce.Fn.SUM, w.v(), true, 0));
        Expr nonzero = total.notEqualTo(total.number(0)).select(total, total.number(1));
        w = total.abs().greaterThan(total.number(1000 * Math.ulp(1f))).select(w.over(nonzero), w.number(0));
        Expr inside = at.atLeast(at.number(-0.5)).and(at.atMost(at.number(n - 0.5)));
        return inside.expandDims(0).select(w, w.number(0));
    }

    private static Expr kernel(Arguments a, Expr x, String method) {
        return switch (method) {
            case "linear", "bilinear", "trilinear", "triangle" -> x.from(1).max(0);
            case "cubic", "bicubic", "tricubic" -> {
                Expr near = x.times(1.5).minus(2.5).times(x).times(x).plus(1);
                Expr far = x.times(-0.5).plus(2.5).times(x).minus(4).times(x).plus(2);
                Expr y = x.atLeast(x.number(1)).select(far, near);
                yield x.atLeast(x.number(2)).select(x.number(0), y);
            }
            case "lanczos3" -> lanczos(x, 3);
            case "lanczos5" -> lanczos(x, 5);
            default -> throw a.unsupported("method " + method);
        };
    }

    private static Expr lanczos(Expr x, double radius) {
        Expr y = x.times(Math.PI)
                .apply(Unary.Fn.SIN)
                .times(radius)
                .times(x.times(Math.PI).over(radius).apply(Unary.Fn.SIN));
        Expr square = x.square().times(Math.PI * Math.PI);
        Expr safe = x.notEqualTo(x.number(0)).select(square, x.number(1));
        Expr near = x.greaterThan(x.number(1e-3)).select(y.over(safe), x.number(1));
        return x.greaterThan(x.number(radius)).select(x.number(0), near);
    }

    /** How bright each place rises downwards and to the right: {@code x[b×h×w×c] → y[b×h×w×c×2]}. */
    private static Value edges(Arguments a) {
        Builder b = a.b();
        Value x = WindowOperations.format(a).toLast(b, a.tensor("images", 0));
        Value down = Transforms.sobel(b, x, true);
        Value right = Transforms.sobel(b, x, false);
        List<Value> both = new ArrayList<>();
        for (Value v : List.of(down, right)) {
            both.add(b.expandDims(WindowOperations.format(a).fromLast(b, v), -1));
        }
        return b.concat(-1, both);
    }

    private static Value signalToNoise(Arguments a) {
        Expr x = Expr.of(a.b(), a.tensor("x1", 0));
        Expr error = x.minus(x.with(a.tensor("x2", 1))).square().flat().mean(0);
        double peak = 20 * Math.log10(a.number("max_val", 1));
        return error.log().times(-10 / Math.log(10)).plus(peak).v();
    }

    private static Value similarity(Arguments a) {
        Builder b = a.b();
        Value first = a.tensor("image1", 0);
        boolean single = first.shape().rank() == 3;
        List<Expr> images = new ArrayList<>();
        for (Value given : List.of(first, a.tensor("image2", 1))) {
            Value x = ElementwiseOperations.floating(b, single ? b.expandDims(given, 0) : given);
            images.add(Expr.of(b, WindowOperations.format(a).toLast(b, x)));
        }
        Expr x = images.get(0);
        Expr y = images.get(1);
        double c1 = Math.pow(a.number("k1", 0.01) * a.number("max_val", 1), 2);
        double c2 = Math.pow(a.number("k2", 0.03) * a.number("max_val", 1), 2);
        Expr mx = smooth(a, x);
        Expr my = smooth(a, y);
        Expr vx = smooth(a, x.square()).minus(mx.square());
        Expr vy = smooth(a, y.square()).minus(my.square());
        Expr vxy = smooth(a, x.times(y)).minus(mx.times(my));
        Expr above = mx.times(my).times(2).plus(c1).times(vxy.times(2).plus(c2));
        Expr below = mx.square().plus(my.square()).plus(c1).times(vx.plus(vy).plus(c2));
        Value result = above.over(below).mean(1, 2).mean(1).cast(first.dtype()).v();
        return single ? b.squeeze(result, 0) : result;
    }

    private static Expr smooth(Arguments a, Expr x) {
        int n = a.integer("filter_size", 11);
        double sigma = a.number("filter_sigma", 1.5);
        return x.with(WindowOperations.blurred(a.b(), x.v(), n, sigma));
    }
}
