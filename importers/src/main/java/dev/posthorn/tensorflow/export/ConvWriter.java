package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A convolution as {@code Conv2D}, {@code Conv3D}, {@code DepthwiseConv2dNative} or, where the input is dilated, {@code
 * Conv2DBackpropInput}. One axis becomes two; groups become slices. Padding is written as it is, never as SAME.
 */
final class ConvWriter {
    private final Conv conv;
    private final Node node;
    private final FunctionWriter w;
    private final DType dtype;

    ConvWriter(Conv conv, Node node, FunctionWriter w) {
        this.conv = conv;
        this.node = node;
        this.w = w;
        this.dtype = node.outputs().get(0).dtype();
    }

    String write(List<String> in) {
        Window window = conv.window();
        if (window.rank() == 1) { // an axis of one element before the other
            Window two = new Window(
                    before(window.size(), 1),
                    before(window.strides(), 1),
                    before(window.dilations(), 1),
                    before(window.low(), 0),
                    before(window.high(), 0));
            String x = expand(in.get(0), 1);
            String k = expand(in.get(1), 0);
            String y = on(two, before(conv.inputDilations(), 1), x, k, true);
            return w.add("Squeeze", "output", List.of(y), Attrs.of(dtype).integers("squeeze_dims", List.of(1)));
        }
        return on(window, conv.inputDilations(), in.get(0), in.get(1), false);
    }

    private static List<Integer> before(List<Integer> list, int first) {
        return Stream.concat(Stream.of(first), list.stream()).toList();
    }

    private String expand(String x, int axis) {
        return w.add(
                "ExpandDims",
                "output",
                List.of(x, w.scalar(axis)),
                Attrs.of(dtype).type("Tdim", DType.INT32));
    }

    private String on(Window window, List<Integer> dilations, String x, String k, boolean expanded) {
        boolean dilated = dilations.stream().anyMatch(d -> d != 1);
        boolean depthwise = conv.groups() > 1 && node.input(1).shape().dim(-2) == 1;
        boolean uneven = window.dilations().stream().distinct().count() > 1 || window.rank() == 3 || depthwise;
        if (uneven && window.dilations().stream().anyMatch(d -> d != 1)) { // which TensorFlow's CPU does not have
            List<Integer> ones = Collections.nCopies(window.rank(), 1);
            List<Integer> extents =
                    IntStream.range(0, window.rank()).mapToObj(window::extent).toList();
            Window wide = new Window(extents, window.strides(), ones, window.low(), window.high());
            return on(wide, dilations, x, spread(window, k), expanded);
        }
        Shape kernel = node.input(1).shape();
        int in = kernel.dim(-2);
        int out = kernel.dim(-1);
        if (dilated) {
            if (conv.groups() != 1 || window.rank() != 2) {
                throw unsupported("a transposed convolution in groups or over three axes");
            }
            return transposed(window, dilations, x, k, expanded);
        }
        if (conv.groups() == 1) {
            return plain(window, x, k);
        }
        boolean square = window.rank() == 2
                && window.strides().get(0).equals(window.strides().get(1));
        if (in == 1 && square) {
            return depthwise(window, x, k, out);
        }
        List<String> parts = new ArrayList<>();
        int filters = out / conv.groups();
        for (int g = 0; g < conv.groups(); g++) {
            parts.add(plain(window, part(x, g * in, in, window.rank()), part(k, g * filters, filters, window.rank())));
        }
        parts.add(w.scalar(-1));
        return w.add(
                "ConcatV2",
                "output",
                parts,
                Attrs.of(dtype).integer("N", conv.groups()).type("Tidx", DType.INT32));
    }

    /** A kernel with zeros between its taps, which does without dilation what this one does with it. */
    private String spread(Window window, String k) {
        Shape kernel = node.input(1).shape();
        List<Integer> dims = new ArrayList<>(window.size());
        dims.add(kernel.dim(-2));
        dims.add(kernel.dim(-1));
        String wide = k;
        for (int a = 0; a < window.rank(); a++) {
            int d = window.dilations().get(a);
            if (d == 1) {
                continue;
            }
            List<Integer> columns = new ArrayList<>(dims);
            columns.add(a + 1, 1);
            int[] zeros = new int[2 * columns.size()];
            zeros[2 * (a + 1) + 1] = d - 1;
            String column = reshape(wide, columns);
            String padded = w.add(
                    "Pad",
                    "output",
                    List.of(column, w.constant(Tensor.of(Shape.of(columns.size(), 2), zeros))),
                    Attrs.of(dtype).type("Tpaddings", DType.INT32));
            dims.set(a, dims.get(a) * d);
            String all = reshape(padded, dims);
            dims.set(a, window.extent(a));
            wide = w.add(
                    "Slice",
                    "output",
                    List.of(all, w.ints(Collections.nCopies(dims.size(), 0)), w.ints(dims)),
                    Attrs.of(dtype).type("Index", DType.INT32));
        }
        return wide;
    }

    private String reshape(String x, List<Integer> dims) {
        return w.add(
                "Reshape", "output", List.of(x, w.ints(dims)), Attrs.of(dtype).type("Tshape", DType.INT32));
    }

    /** Some of the last axis. */
    private String part(String x, int from, int count, int rank) {
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

    private String plain(Window window, String x, String k) {
        if (window.rank() == 2) {
            return w.add(
                    "Conv2D", "output", List.of(x, k), attrs(window, window.strides(), window.low(), window.high()));
        }
        int[] paddings = new int[2 * (window.rank() + 2)];
        for (int a = 0; a < window.rank(); a++) {
            paddings[2 * a + 2] = Math.max(0, window.low().get(a));
            paddings[2 * a + 3] = Math.max(0, window.high().get(a));
        }
        String padded = w.add(
                "Pad",
                "output",
                List.of(cropped(window, x), w.constant(Tensor.of(Shape.of(window.rank() + 2, 2), paddings))),
                Attrs.of(dtype).type("Tpaddings", DType.INT32));
        Attrs a = Attrs.of(dtype)
                .integers("strides", around(window.strides()))
                .integers("dilations", around(window.dilations()))
                .text("padding", "VALID")
                .text("data_format", "NDHWC");
        return w.add("Conv3D", "output", List.of(padded, k), a);
    }

    /** Without what negative paddings take away. */
    private String cropped(Window window, String x) {
        List<Integer> begin = new ArrayList<>(Collections.nCopies(window.rank() + 2, 0));
        List<Integer> size = new ArrayList<>(Collections.nCopies(window.rank() + 2, -1));
        boolean none = true;
        for (int a = 0; a < window.rank(); a++) {
            int low = Math.max(0, -window.low().get(a));
            int high = Math.max(0, -window.high().get(a));
            int dim = node.input(0).shape().dim(a + 1);
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

    private String depthwise(Window window, String x, String k, int out) {
        List<Integer> filter = List.of(window.size().get(0), window.size().get(1), conv.groups(), out / conv.groups());
        String shaped = reshape(k, filter);
        return w.add(
                "DepthwiseConv2dNative",
                "output",
                List.of(x, shaped),
                attrs(window, window.strides(), window.low(), window.high()));
    }

    /** {@code x} with zeros between its elements, under a window: the gradient of a convolution that goes the other way. */
    private String transposed(Window window, List<Integer> steps, String x, String k, boolean expanded) {
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        int[] places = new int[2];
        for (int a = 0; a < 2; a++) {
            int axis = expanded ? a : a + 1;
            boolean one = expanded && a == 0;
            int n = one ? 1 : node.input(0).shape().dim(axis);
            int o = one ? 1 : node.outputs().get(0).shape().dim(axis);
            if (n < 0 || o < 0 || window.strides().get(a) != 1) {
                throw unsupported("a transposed convolution of unknown size");
            }
            places[a] = o;
            low.add(window.extent(a) - 1 - window.low().get(a));
            high.add((n - 1) * steps.get(a) + window.extent(a) - o - low.get(a));
        }
        String turned = w.add(
                "ReverseV2", "output", List.of(k, w.ints(0, 1)), Attrs.of(dtype).type("Tidx", DType.INT32));
        String swapped = w.add(
                "Transpose",
                "y",
                List.of(turned, w.ints(0, 1, 3, 2)),
                Attrs.of(dtype).type("Tperm", DType.INT32));
        String shape = w.add("Shape", "output", List.of(x), Attrs.of(dtype).type("out_type", DType.INT32));
        String batch = w.add(
                "Slice",
                "output",
                List.of(shape, w.ints(0), w.ints(1)),
                Attrs.of(DType.INT32).type("Index", DType.INT32));
        int channels = node.outputs().get(0).shape().dim(-1);
        String sizes = w.add(
                "ConcatV2",
                "output",
                List.of(batch, w.ints(places[0], places[1], channels), w.scalar(0)),
                Attrs.of(DType.INT32).integer("N", 2).type("Tidx", DType.INT32));
        return w.add("Conv2DBackpropInput", "output", List.of(sizes, swapped, x), attrs(window, steps, low, high));
    }

    private Attrs attrs(Window window, List<Integer> strides, List<Integer> low, List<Integer> high) {
        if (Stream.concat(low.stream(), high.stream()).anyMatch(p -> p < 0)) {
            throw unsupported("a convolution that leaves out elements at the edges");
        }
        List<Integer> paddings = IntStream.range(0, 8)
                .mapToObj(i -> i < 2 || i > 5 ? 0 : (i % 2 == 0 ? low : high).get(i / 2 - 1))
                .toList();
        boolean none = paddings.stream().allMatch(p -> p == 0);
        Attrs a = Attrs.of(dtype)
                .integers("strides", around(strides))
                .integers("dilations", around(window.dilations()))
                .text("padding", none ? "VALID" : "EXPLICIT")
                .text("data_format", "NHWC");
        return none ? a : a.integers("explicit_paddings", paddings);
    }

    private static List<Integer> around(List<Integer> spatial) {
        return Stream.concat(before(spatial, 1).stream(), Stream.of(1)).toList();
    }

    private static UnsupportedModelException unsupported(String what) {
        return new UnsupportedModelException(what + " is not exported to TensorFlow yet");
    }
}
