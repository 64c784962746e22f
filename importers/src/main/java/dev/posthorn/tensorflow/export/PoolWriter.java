package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;

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
        return new PoolWriter(pool.window(), n.input(0).type(), w).pooled(pool.fn() == Pool.Fn.MAX ? "Max" : "Avg", x);
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
            throw new UnsupportedModelException("dilated pooling is not exported to TensorFlow yet");
        }
        return Attrs.of(dtype)
                .integers("ksize", around(window.size()))
                .integers("strides", around(window.strides()))
                .text("padding", padding(window, x))
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
    private static String padding(Window window, Shape x) {
        boolean none =
                window.low().equals(window.high()) && window.low().stream().allMatch(p -> p == 0);
        List<Integer> sizes = new ArrayList<>();
        for (int a = 0; a < window.rank(); a++) {
            sizes.add(x.dim(a + 1));
        }
        boolean same = Window.same(window.size(), window.strides(), window.dilations(), sizes)
                .equals(window);
        boolean known = sizes.stream().allMatch(d -> d >= 0);
        if (!none && !(same && known)) {
            throw new UnsupportedModelException("pooling with padding of its own, or over axes of unknown size, is not"
                    + " exported to TensorFlow yet");
        }
        return none ? "VALID" : "SAME";
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
