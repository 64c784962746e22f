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
import java.util.stream.Stream;

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
        return max ? p.padded("Max", x, Double.NEGATIVE_INFINITY) : p.mean(x);
    }

    /** Whether TensorFlow has a name for the padding. */
    private boolean named() {
        boolean none = Stream.concat(window.low().stream(), window.high().stream()).allMatch(p -> p == 0);
        return none || sizes().stream().allMatch(d -> d >= 0)
                && Window.same(window.size(), window.strides(), window.dilations(), sizes()).equals(window);
    }

    private List<Integer> sizes() {
        return IntStream.range(1, window.rank() + 1).mapToObj(x::dim).toList();
    }

    /** Pooling of what is padded before. */
    private String padded(String kind, String value, double with) {
        int rank = window.rank();
        int[] paddings = new int[2 * (rank + 2)];
        for (int a = 0; a < rank; a++) {
            paddings[2 * a + 2] = window.low().get(a);
            paddings[2 * a + 3] = window.high().get(a);
            if (window.low().get(a) < 0 || window.high().get(a) < 0) {
                throw Rules.unsupported("pooling that leaves out elements at the edges");
            }
        }
        String in = w.add(
                "PadV2",
                "output",
                List.of(
                        value,
                        w.constant(Tensor.of(Shape.of(rank + 2, 2), paddings)),
                        w.constant(Tensor.scalar(dtype, with))),
                Attrs.of(dtype).type("Tpaddings", DType.INT32));
        List<Integer> none = Collections.nCopies(rank, 0);
        Window inside = new Window(window.size(), window.strides(), window.dilations(), none, none);
        return new PoolWriter(inside, new TensorType(dtype, x), w).pooled(kind, in);
    }

    /** Of the elements alone: the mean with zeros around, over the mean of ones. */
    private String mean(String value) {
        String ones = w.add("OnesLike", "y", List.of(value), Attrs.of(dtype));
        return w.add(
                "DivNoNan", "z", List.of(padded("Avg", value, 0), padded("Avg", ones, 0)), Attrs.of(dtype));
    }

    /** What stands in {@code v} where what is pooled is largest. */
    static String gathered(Window window, Node n, String x, String v, FunctionWriter w) {
        PoolWriter p = new PoolWriter(window, n.input(0).type(), w);
        String in = p.expanded(x);
        String y = w.add(p.name("MaxPool"), "output", List.of(in), p.attrs());
        return p.squeezed(
                w.add(p.name("MaxPool") + "GradGrad", "output", List.of(in, y, p.expanded(v)), p.attrs()));
    }

    /** The derivative of the largest by what was pooled, which is pooled again: TensorFlow compares with the result. */
    static String maxGradient(Window window, Node n, String x, String dy, FunctionWriter w) {
        PoolWriter p = new PoolWriter(window, n.input(0).type(), w);
        String in = p.expanded(x);
        String y = w.add(p.name("MaxPool"), "output", List.of(in), p.attrs());
        Attrs a = p.three() ? p.attrs().type("TInput", p.dtype) : p.attrs();
        return p.squeezed(w.add(p.name("MaxPool") + "Grad", "output", List.of(in, y, p.expanded(dy)), a));
    }

    /** The derivative of the mean. */
    static String meanGradient(Window window, Node n, String dy, String shape, FunctionWriter w) {
        PoolWriter p = new PoolWriter(window, n.outputs().get(0), w);
        String sizes = w.cast(shape, n.input(1).dtype(), DType.INT32);
        return p.squeezed(w.add(
                p.name("AvgPool") + "Grad", "output", List.of(p.expandedShape(sizes), p.expanded(dy)), p.attrs()));
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
                .text("padding", padding())
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

    /** The name of a padding: of none, or of as much as keeps the places. */
    private String padding() {
        if (!named()) {
            throw Rules.unsupported("the gradient of pooling with padding of its own, or over axes of unknown size,");
        }
        return Stream.concat(window.low().stream(), window.high().stream()).allMatch(p -> p == 0) ? "VALID" : "SAME";
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
