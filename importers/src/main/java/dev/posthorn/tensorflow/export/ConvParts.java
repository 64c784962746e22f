package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What convolutions and their gradients are written with. */
final class ConvParts {
    private final DType dtype;
    private final FunctionWriter w;

    ConvParts(DType dtype, FunctionWriter w) {
        this.dtype = dtype;
        this.w = w;
    }

    /** With one more axis of one element. */
    String expand(String x, int axis) {
        return w.add(
                "ExpandDims",
                "output",
                List.of(x, w.scalar(axis)),
                Attrs.of(dtype).type("Tdim", DType.INT32));
    }

    String reshape(String x, List<Integer> dims) {
        return w.add(
                "Reshape", "output", List.of(x, w.ints(dims)), Attrs.of(dtype).type("Tshape", DType.INT32));
    }

    /** Some of the last axis. */
    String part(String x, int from, int count, int rank) {
        List<Integer> begin = new ArrayList<>(Collections.nCopies(rank + 1, 0));
        begin.add(from);
        List<Integer> size = new ArrayList<>(Collections.nCopies(rank + 1, -1));
        size.add(count);
        return w.add(
                "Slice",
                "output",
                List.of(x, w.ints(begin), w.ints(size)),
                Attrs.of(dtype).type("Index", DType.INT32));
    }

    String joined(List<String> parts) {
        List<String> all = new ArrayList<>(parts);
        all.add(w.scalar(-1));
        return w.add(
                "ConcatV2",
                "output",
                all,
                Attrs.of(dtype).integer("N", parts.size()).type("Tidx", DType.INT32));
    }

    String padded(Window window, String x, Shape shape) {
        int[] paddings = new int[2 * (window.rank() + 2)];
        for (int a = 0; a < window.rank(); a++) {
            paddings[2 * a + 2] = Math.max(0, window.low().get(a));
            paddings[2 * a + 3] = Math.max(0, window.high().get(a));
        }
        return w.add(
                "Pad",
                "output",
                List.of(cropped(window, x, shape), w.constant(Tensor.of(Shape.of(window.rank() + 2, 2), paddings))),
                Attrs.of(dtype).type("Tpaddings", DType.INT32));
    }

    /** Without what negative paddings take away. */
    String cropped(Window window, String x, Shape shape) {
        List<Integer> begin = new ArrayList<>(Collections.nCopies(window.rank() + 2, 0));
        List<Integer> size = new ArrayList<>(Collections.nCopies(window.rank() + 2, -1));
        boolean none = true;
        for (int a = 0; a < window.rank(); a++) {
            int low = Math.max(0, -window.low().get(a));
            int high = Math.max(0, -window.high().get(a));
            int dim = shape.dim(a + 1);
            none &= low + high == 0;
            begin.set(a + 1, low);
            if (high > 0 && dim == Shape.UNKNOWN) {
                throw unsupported("a convolution that leaves out the end of an axis of unknown length");
            }
            size.set(a + 1, high == 0 ? -1 : dim - low - high);
        }
        return none
                ? x
                : w.add(
                        "Slice",
                        "output",
                        List.of(x, w.ints(begin), w.ints(size)),
                        Attrs.of(dtype).type("Index", DType.INT32));
    }

    /** The kernel of the convolution that goes the other way, and back. */
    String turned(String k, int rank) {
        int[] spatial = IntStream.range(0, rank).toArray();
        int[] swap = IntStream.range(0, rank + 2).toArray();
        swap[rank] = rank + 1;
        swap[rank + 1] = rank;
        String reversed = w.add(
                "ReverseV2",
                "output",
                List.of(k, w.ints(spatial)),
                Attrs.of(dtype).type("Tidx", DType.INT32));
        return w.add(
                "Transpose",
                "y",
                List.of(reversed, w.ints(swap)),
                Attrs.of(dtype).type("Tperm", DType.INT32));
    }

    Attrs volume(List<Integer> strides) {
        return Attrs.of(dtype)
                .integers("strides", around(strides))
                .integers("dilations", List.of(1, 1, 1, 1, 1))
                .text("padding", "VALID")
                .text("data_format", "NDHWC");
    }

    Attrs attrs(Window window, List<Integer> strides, List<Integer> low, List<Integer> high) {
        if (Stream.concat(low.stream(), high.stream()).anyMatch(p -> p < 0)) {
            throw new IllegalStateException("export: expected what is cropped but was " + low + ", " + high);
        }
        List<Integer> paddings = IntStream.range(0, 8)
                .mapToObj(i -> i < 2 || i > 5 ? 0 : (i % 2 == 0 ? low : high).get(i / 2 - 1))
                .toList();
        boolean none = paddings.stream().allMatch(p -> p == 0);
        String named = window.open() ? "SAME" : none ? "VALID" : "EXPLICIT";
        Attrs a = Attrs.of(dtype)
                .integers("strides", around(strides))
                .integers("dilations", around(window.dilations()))
                .text("padding", named)
                .text("data_format", "NHWC");
        return named.equals("EXPLICIT") ? a.integers("explicit_paddings", paddings) : a;
    }

    /** The window of one axis as one of two. */
    static Window widened(Window window) {
        return new Window(
                before(window.size(), 1),
                before(window.strides(), 1),
                before(window.dilations(), 1),
                before(window.low(), 0),
                before(window.high(), 0),
                window.open());
    }

    /** The window of a kernel with zeros between its taps, which does without dilation what this one does with it. */
    static Window wide(Window window) {
        List<Integer> extents =
                IntStream.range(0, window.rank()).mapToObj(window::extent).toList();
        List<Integer> ones = Collections.nCopies(window.rank(), 1);
        return new Window(extents, window.strides(), ones, window.low(), window.high(), window.open());
    }

    static List<Integer> before(List<Integer> list, int first) {
        return Stream.concat(Stream.of(first), list.stream()).toList();
    }

    static List<Integer> around(List<Integer> spatial) {
        return Stream.concat(before(spatial, 1).stream(), Stream.of(1)).toList();
    }

    static UnsupportedModelException unsupported(String what) {
        return new UnsupportedModelException(what + " is not exported to TensorFlow yet");
    }

    /** The shape of an operand; one axis became two. */
    static Shape shape(Node n, int operand) {
        Shape s = n.input(operand).shape();
        return s.rank() == 3 ? s.insert(1, 1) : s;
    }

    /** The window without the paddings that take away: what they take is {@link #cropped}. */
    static Window inside(Window window) {
        return new Window(window.size(), window.strides(), window.dilations(), kept(window.low()), kept(window.high()));
    }

    private static List<Integer> kept(List<Integer> paddings) {
        return paddings.stream().map(p -> Math.max(0, p)).toList();
    }
}
