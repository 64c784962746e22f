package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
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
            String x = expand(in.get(0), 1);
            String k = expand(in.get(1), 0);
            String y = on(widened(window), before(conv.inputDilations(), 1), x, k, true);
            return w.add("Squeeze", "output", List.of(y), Attrs.of(dtype).integers("squeeze_dims", List.of(1)));
        }
        return on(window, conv.inputDilations(), in.get(0), in.get(1), false);
    }

    private static Window widened(Window window) {
        return new Window(
                before(window.size(), 1),
                before(window.strides(), 1),
                before(window.dilations(), 1),
                before(window.low(), 0),
                before(window.high(), 0));
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
            return on(wide(window), dilations, x, spread(window, k), expanded);
        }
        Shape kernel = node.input(1).shape();
        int in = kernel.dim(-2);
        int out = kernel.dim(-1);
        if (conv.groups() == 1) {
            return part(window, dilations, x, k, out, expanded);
        }
        boolean square = window.rank() == 2
                && window.strides().get(0).equals(window.strides().get(1));
        if (in == 1 && square && !dilated) {
            return depthwise(window, x, k, out);
        }
        List<String> parts = new ArrayList<>();
        int filters = out / conv.groups();
        for (int g = 0; g < conv.groups(); g++) {
            String own = part(x, g * in, in, window.rank());
            String kernels = part(k, g * filters, filters, window.rank());
            parts.add(part(window, dilations, own, kernels, filters, expanded));
        }
        return joined(parts);
    }

    /** The window of a kernel that is {@link #spread}. */
    private static Window wide(Window window) {
        List<Integer> extents =
                IntStream.range(0, window.rank()).mapToObj(window::extent).toList();
        List<Integer> ones = Collections.nCopies(window.rank(), 1);
        return new Window(extents, window.strides(), ones, window.low(), window.high());
    }

    /** Of a kernel that is {@link #spread} the elements that are no zeros between others. */
    private String taps(Window window, String wide) {
        List<Integer> strides = new ArrayList<>(window.dilations());
        strides.addAll(List.of(1, 1));
        List<Integer> zeros = Collections.nCopies(strides.size(), 0);
        Attrs a = Attrs.of(dtype)
                .type("Index", DType.INT32)
                .integer("begin_mask", 0)
                .integer("end_mask", (1L << strides.size()) - 1)
                .integer("ellipsis_mask", 0)
                .integer("new_axis_mask", 0)
                .integer("shrink_axis_mask", 0);
        return w.add("StridedSlice", "output", List.of(wide, w.ints(zeros), w.ints(zeros), w.ints(strides)), a);
    }

    /** One group. */
    private String part(Window window, List<Integer> dilations, String x, String k, int filters, boolean expanded) {
        return dilations.stream().anyMatch(d -> d != 1)
                ? transposed(window, dilations, x, k, filters, expanded)
                : plain(window, x, k);
    }

    private String joined(List<String> parts) {
        List<String> all = new ArrayList<>(parts);
        all.add(w.scalar(-1));
        return w.add(
                "ConcatV2",
                "output",
                all,
                Attrs.of(dtype).integer("N", parts.size()).type("Tidx", DType.INT32));
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
        Attrs a = volume(window.strides()).integers("dilations", around(window.dilations()));
        return w.add("Conv3D", "output", List.of(padded(window, x), k), a);
    }

    /** With its paddings. */
    private String padded(Window window, String x) {
        return padded(window, x, node.input(0).shape());
    }

    private String padded(Window window, String x, Shape shape) {
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
    private String cropped(Window window, String x, Shape shape) {
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

    private String depthwise(Window window, String x, String k, int out) {
        List<Integer> filter = List.of(window.size().get(0), window.size().get(1), conv.groups(), out / conv.groups());
        String shaped = reshape(k, filter);
        boolean pads =
                Stream.concat(window.low().stream(), window.high().stream()).anyMatch(p -> p > 0);
        List<Integer> none = List.of(0, 0);
        return w.add( // with paddings of its own, oneDNN's kernel in TensorFlow ends the process
                "DepthwiseConv2dNative",
                "output",
                List.of(pads ? padded(window, x) : x, shaped),
                pads
                        ? attrs(window, window.strides(), none, none)
                        : attrs(window, window.strides(), window.low(), window.high()));
    }

    /**
     * {@code x} with zeros between its elements, under a window: the gradient of a convolution that goes the other way. That of
     * two axes takes any padding; that of three gives all places, of which those are taken that the window has.
     */
    private String transposed(Window window, List<Integer> steps, String x, String k, int filters, boolean expanded) {
        int rank = window.rank();
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<Integer> all = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            int axis = expanded ? a : a + 1;
            boolean one = expanded && a == 0;
            int n = one ? 1 : node.input(0).shape().dim(axis);
            int o = one ? 1 : node.outputs().get(0).shape().dim(axis);
            if (n < 0 || o < 0 || window.strides().get(a) != 1) {
                throw unsupported("a transposed convolution of unknown size");
            }
            places.add(o);
            low.add(window.extent(a) - 1 - window.low().get(a));
            all.add((n - 1) * steps.get(a) + window.extent(a));
            high.add(all.get(a) - o - low.get(a));
        }
        String turned = turned(k, rank);
        boolean inside = Stream.concat(low.stream(), high.stream()).allMatch(p -> p >= 0);
        if (rank == 2 && inside) {
            Attrs a = attrs(window, steps, low, high);
            return w.add("Conv2DBackpropInput", "output", List.of(sizes(x, places, filters), turned, x), a);
        }
        List<Integer> none = Collections.nCopies(rank, 0);
        String whole = rank == 2
                ? w.add(
                        "Conv2DBackpropInput",
                        "output",
                        List.of(sizes(x, all, filters), turned, x),
                        attrs(window, steps, none, none))
                : w.add(
                        "Conv3DBackpropInputV2",
                        "output",
                        List.of(sizes(x, all, filters), turned, x),
                        volume(steps).type("Tshape", DType.INT32));
        return taken(whole, low, high, places, filters);
    }

    /** The places from {@code low} on; zeros where there are none. */
    private String taken(String whole, List<Integer> low, List<Integer> high, List<Integer> places, int filters) {
        int rank = low.size();
        int[] zeros = new int[2 * (rank + 2)];
        List<Integer> begin = new ArrayList<>(List.of(0));
        List<Integer> size = new ArrayList<>(List.of(-1));
        for (int a = 0; a < rank; a++) {
            zeros[2 * a + 2] = Math.max(0, -low.get(a));
            zeros[2 * a + 3] = Math.max(0, -high.get(a));
            begin.add(Math.max(0, low.get(a)));
            size.add(places.get(a) - zeros[2 * a + 2] - zeros[2 * a + 3]);
        }
        begin.add(0);
        size.add(filters);
        String part = w.add(
                "Slice",
                "output",
                List.of(whole, w.ints(begin), w.ints(size)),
                Attrs.of(dtype).type("Index", DType.INT32));
        return Arrays.stream(zeros).allMatch(z -> z == 0)
                ? part
                : w.add(
                        "Pad",
                        "output",
                        List.of(part, w.constant(Tensor.of(Shape.of(rank + 2, 2), zeros))),
                        Attrs.of(dtype).type("Tpaddings", DType.INT32));
    }

    /** The kernel of the convolution that goes the other way, and back. */
    private String turned(String k, int rank) {
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

    /** As many rows as x has, so many places and channels. */
    private String sizes(String x, List<Integer> places, int channels) {
        String shape = w.add("Shape", "output", List.of(x), Attrs.of(dtype).type("out_type", DType.INT32));
        String batch = w.add(
                "Slice",
                "output",
                List.of(shape, w.ints(0), w.ints(1)),
                Attrs.of(DType.INT32).type("Index", DType.INT32));
        List<Integer> rest = new ArrayList<>(places);
        rest.add(channels);
        return w.add(
                "ConcatV2",
                "output",
                List.of(batch, w.ints(rest), w.scalar(0)),
                Attrs.of(DType.INT32).integer("N", 2).type("Tidx", DType.INT32));
    }

    private Attrs volume(List<Integer> strides) {
        return Attrs.of(dtype)
                .integers("strides", around(strides))
                .integers("dilations", List.of(1, 1, 1, 1, 1))
                .text("padding", "VALID")
                .text("data_format", "NDHWC");
    }

    /** The derivative by the kernel, of {@code x} and {@code dy}. */
    String filterGradient(String x, String dy) {
        Window window = conv.window();
        if (window.rank() == 1) {
            Window two = widened(window);
            String dw = filterGradient(two, before(conv.inputDilations(), 1), expand(x, 1), expand(dy, 1));
            return w.add("Squeeze", "output", List.of(dw), Attrs.of(dtype).integers("squeeze_dims", List.of(0)));
        }
        return filterGradient(window, conv.inputDilations(), x, dy);
    }

    private String filterGradient(Window window, List<Integer> steps, String x, String dy) {
        Shape kernel = node.outputs().get(0).shape();
        int in = kernel.dim(-2);
        int out = kernel.dim(-1);
        boolean dilated = steps.stream().anyMatch(d -> d != 1);
        if (window.dilations().stream().anyMatch(d -> d != 1)) {
            return taps(window, filterGradient(wide(window), steps, x, dy));
        }
        if (dilated && conv.groups() != 1) {
            throw unsupported("the gradient of a transposed convolution in groups");
        }
        if (dilated) {
            return transposedGradient(window, steps, x, dy, in, out);
        }
        boolean square = window.rank() == 2
                && window.strides().get(0).equals(window.strides().get(1));
        if (conv.groups() == 1) {
            return plainGradient(window, x, dy, in, out);
        }
        if (in == 1 && square) {
            List<Integer> filter =
                    List.of(window.size().get(0), window.size().get(1), conv.groups(), out / conv.groups());
            String dw = w.add(
                    "DepthwiseConv2dNativeBackpropFilter",
                    "output",
                    List.of(x, w.ints(filter), dy),
                    attrs(window, window.strides(), window.low(), window.high()));
            return reshape(dw, List.of(window.size().get(0), window.size().get(1), 1, out));
        }
        List<String> parts = new ArrayList<>();
        int filters = out / conv.groups();
        for (int g = 0; g < conv.groups(); g++) {
            String own = part(x, g * in, in, window.rank());
            parts.add(plainGradient(window, own, part(dy, g * filters, filters, window.rank()), in, filters));
        }
        return joined(parts);
    }

    private String plainGradient(Window window, String x, String dy, int in, int out) {
        List<Integer> kernel = new ArrayList<>(window.size());
        kernel.addAll(List.of(in, out));
        return window.rank() == 2
                ? w.add(
                        "Conv2DBackpropFilter",
                        "output",
                        List.of(x, w.ints(kernel), dy),
                        attrs(window, window.strides(), window.low(), window.high()))
                : w.add(
                        "Conv3DBackpropFilterV2",
                        "output",
                        List.of(padded(window, x), w.ints(kernel), dy),
                        volume(window.strides()));
    }

    /** That of a convolution that goes the other way, whose operands change places. */
    private String transposedGradient(Window window, List<Integer> steps, String x, String dy, int in, int out) {
        boolean expanded = conv.window().rank() == 1;
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int a = 0; a < window.rank(); a++) {
            boolean one = expanded && a == 0;
            int n = one ? 1 : node.input(0).shape().dim(expanded ? a : a + 1);
            int o = one ? 1 : node.input(1).shape().dim(expanded ? a : a + 1);
            if (n < 0 || o < 0 || window.strides().get(a) != 1) {
                throw unsupported("the gradient of a transposed convolution of unknown size");
            }
            low.add(window.extent(a) - 1 - window.low().get(a));
            high.add((n - 1) * steps.get(a) + window.extent(a) - o - low.get(a));
        }
        List<Integer> kernel = new ArrayList<>(window.size());
        kernel.addAll(List.of(out, in));
        if (window.rank() == 3) {
            Window around = new Window(window.size(), steps, window.dilations(), low, high);
            String dw = w.add(
                    "Conv3DBackpropFilterV2",
                    "output",
                    List.of(padded(around, dy, node.input(1).shape()), w.ints(kernel), x),
                    volume(steps));
            return turned(dw, 3);
        }
        String dw = w.add(
                "Conv2DBackpropFilter", "output", List.of(dy, w.ints(kernel), x), attrs(window, steps, low, high));
        return turned(dw, 2);
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
