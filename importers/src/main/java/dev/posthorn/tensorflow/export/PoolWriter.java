package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Pooling as {@code MaxPool}, {@code AvgPool} and their kin of three axes; one axis becomes two. */
final class PoolWriter {
    private final Window window;
    private final Shape x;
    private final DType dtype;
    private final FunctionWriter w;

    /** Pooling of what has this type. */
    private PoolWriter(Window window, TensorType x, FunctionWriter w) {
        this.window = window;
        this.x = x.shape();
        this.dtype = x.dtype();
        this.w = w;
    }

    static String write(Pool pool, Node n, String x, FunctionWriter w) {
        boolean max = pool.fn() == Pool.Fn.MAX;
        PoolWriter p = new PoolWriter(pool.window(), n.input(0).type(), w);
        if (p.named()) {
            return p.pooled(max ? "Max" : "Avg", x);
        }
        String ones = max ? "" : w.add("OnesLike", "y", List.of(x), Attrs.of(p.dtype));
        return max
                ? p.bare().pooled("Max", p.padded(x, Double.NEGATIVE_INFINITY))
                : p.share(p.bare().pooled("Avg", p.padded(x, 0)), ones);
    }

    /** The derivative of the largest by what was pooled. */
    static String maxGradient(Window window, Node n, String x, String dy, FunctionWriter w) {
        PoolWriter p = new PoolWriter(window, n.input(0).type(), w);
        return p.named()
                ? p.maxGradient(x, dy)
                : p.unpadded(
                        p.bare().maxGradient(p.padded(x, Double.NEGATIVE_INFINITY), dy),
                        OrderRules.shapeOf(x, p.dtype, w));
    }

    /** What stands in {@code v} where what is pooled is largest. */
    static String gathered(Window window, Node n, String x, String v, FunctionWriter w) {
        PoolWriter p = new PoolWriter(window, n.input(0).type(), w);
        return p.named() ? p.gathered(x, v) : p.bare().gathered(p.padded(x, Double.NEGATIVE_INFINITY), p.padded(v, 0));
    }

    /** The derivative of the mean. */
    static String meanGradient(Window window, Node n, String dy, String shape, FunctionWriter w) {
        PoolWriter p = new PoolWriter(window, n.outputs().get(0), w);
        String sizes = w.cast(shape, n.input(1).dtype(), DType.INT32);
        if (p.named()) {
            return p.meanGradient(dy, sizes);
        }
        String one = w.constant(Tensor.scalar(p.dtype, 1));
        String ones =
                w.add("Fill", "output", List.of(sizes, one), Attrs.of(p.dtype).type("index_type", DType.INT32));
        String all = OrderRules.shapeOf(p.padded(ones, 0), p.dtype, w);
        return p.unpadded(p.bare().meanGradient(p.share(dy, ones), all), sizes);
    }

    /** Over the part of each window that has elements. */
    private String share(String y, String ones) {
        return w.add("DivNoNan", "z", List.of(y, bare().pooled("Avg", padded(ones, 0))), Attrs.of(dtype));
    }

    /** It is pooled again, for TensorFlow compares with the result. */
    private String maxGradient(String x, String dy) {
        String in = expanded(x);
        String y = w.add(name("MaxPool"), "output", List.of(in), attrs());
        Attrs a = three() ? attrs().type("TInput", dtype) : attrs();
        return squeezed(w.add(name("MaxPool") + "Grad", "output", List.of(in, y, expanded(dy)), a));
    }

    private String gathered(String x, String v) {
        String in = expanded(x);
        String y = w.add(name("MaxPool"), "output", List.of(in), attrs());
        return squeezed(w.add(name("MaxPool") + "GradGrad", "output", List.of(in, y, expanded(v)), attrs()));
    }

    private String meanGradient(String dy, String shape) {
        return squeezed(
                w.add(name("AvgPool") + "Grad", "output", List.of(expandedShape(shape), expanded(dy)), attrs()));
    }

    /** Whether TensorFlow has a name for the padding. */
    private boolean named() {
        return window.open()
                || bare().window.equals(window)
                || sizes().stream().allMatch(d -> d >= 0)
                        && Window.same(window.size(), window.strides(), window.dilations(), sizes())
                                .equals(window);
    }

    private List<Integer> sizes() {
        return IntStream.range(1, window.rank() + 1).mapToObj(x::dim).toList();
    }

    /** Pooling of what is {@link #padded} before. */
    private PoolWriter bare() {
        List<Integer> none = Collections.nCopies(window.rank(), 0);
        Window w0 = new Window(window.size(), window.strides(), window.dilations(), none, none);
        return new PoolWriter(w0, new TensorType(dtype, x), w);
    }

    private String padded(String value, double with) {
        int rank = window.rank();
        int[] paddings = new int[2 * (rank + 2)];
        for (int a = 0; a < rank; a++) {
            paddings[2 * a + 2] = window.low().get(a);
            paddings[2 * a + 3] = window.high().get(a);
            if (window.low().get(a) < 0 || window.high().get(a) < 0) {
                throw Rules.unsupported("pooling that leaves out elements at the edges");
            }
        }
        return w.add(
                "PadV2",
                "output",
                List.of(
                        value,
                        w.constant(Tensor.of(Shape.of(rank + 2, 2), paddings)),
                        w.constant(Tensor.scalar(dtype, with))),
                Attrs.of(dtype).type("Tpaddings", DType.INT32));
    }

    private String unpadded(String value, String shape) {
        List<Integer> begin = new ArrayList<>(List.of(0));
        begin.addAll(window.low());
        begin.add(0);
        return w.add(
                "Slice",
                "output",
                List.of(value, w.ints(begin), shape),
                Attrs.of(dtype).type("Index", DType.INT32));
    }

    private boolean three() {
        return window.rank() == 3;
    }

    private String name(String op) {
        return op + (three() ? "3D" : "");
    }

    private String pooled(String kind, String x) {
        return squeezed(w.add(name(kind + "Pool"), "output", List.of(expanded(x)), attrs()));
    }

    private Attrs attrs() {
        if (window.dilations().stream().anyMatch(d -> d != 1)) {
            throw Rules.unsupported("dilated pooling");
        }
        return Attrs.of(dtype)
                .integers("ksize", around(window.size()))
                .integers("strides", around(window.strides()))
                .text("padding", bare().window.equals(window) ? "VALID" : "SAME")
                .text("data_format", three() ? "NDHWC" : "NHWC");
    }

    private String expanded(String value) {
        return window.rank() == 1
                ? w.add(
                        "ExpandDims",
                        "output",
                        List.of(value, w.scalar(1)),
                        Attrs.of(dtype).type("Tdim", DType.INT32))
                : value;
    }

    private String expandedShape(String shape) {
        if (window.rank() != 1) {
            return shape;
        }
        Attrs part = Attrs.of(DType.INT32).type("Index", DType.INT32);
        String first = w.add("Slice", "output", List.of(shape, w.ints(0), w.ints(1)), part);
        String rest = w.add("Slice", "output", List.of(shape, w.ints(1), w.ints(-1)), part);
        return w.add(
                "ConcatV2",
                "output",
                List.of(first, w.ints(1), rest, w.scalar(0)),
                Attrs.of(DType.INT32).integer("N", 3).type("Tidx", DType.INT32));
    }

    private String squeezed(String value) {
        return window.rank() == 1
                ? w.add("Squeeze", "output", List.of(value), Attrs.of(dtype).integers("squeeze_dims", List.of(1)))
                : value;
    }

    private static List<Integer> around(List<Integer> spatial) {
        List<Integer> all = new ArrayList<>(List.of(1));
        if (spatial.size() == 1) {
            all.add(1);
        }
        all.addAll(spatial);
        all.add(1);
        return all;
    }
}
