package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;

/** Pooling as {@code MaxPool}, {@code AvgPool} and their kin of three axes; one axis becomes two. */
final class PoolWriter {
    private PoolWriter() {}

    static String write(Pool pool, Node n, String x, FunctionWriter w) {
        Window window = pool.window();
        DType t = n.outputs().get(0).dtype();
        if (window.dilations().stream().anyMatch(d -> d != 1)) {
            throw new UnsupportedModelException("dilated pooling is not exported to TensorFlow yet");
        }
        boolean one = window.rank() == 1;
        String in = one
                ? w.add(
                        "ExpandDims",
                        "output",
                        List.of(x, w.scalar(1)),
                        Attrs.of(t).type("Tdim", DType.INT32))
                : x;
        boolean three = window.rank() == 3;
        Attrs a = Attrs.of(t)
                .integers("ksize", around(window.size()))
                .integers("strides", around(window.strides()))
                .text("padding", padding(window, n.input(0).shape()))
                .text("data_format", three ? "NDHWC" : "NHWC");
        String op = (pool.fn() == Pool.Fn.MAX ? "MaxPool" : "AvgPool") + (three ? "3D" : "");
        String y = w.add(op, "output", List.of(in), a);
        return one ? w.add("Squeeze", "output", List.of(y), Attrs.of(t).integers("squeeze_dims", List.of(1))) : y;
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
