package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A convolution as {@code Conv2D}, {@code Conv3D}, {@code DepthwiseConv2dNative} or, where the input is dilated, {@code
 * Conv2DBackpropInput}. One axis becomes two; groups become slices. Padding is written as it is, never as SAME.
 */
final class ConvWriter {
    private final Conv conv;
    private final Node node;
    private final FunctionWriter w;
    private final ConvParts c;
    private final DType dtype;

    ConvWriter(Conv conv, Node node, FunctionWriter w) {
        this.conv = conv;
        this.node = node;
        this.w = w;
        this.dtype = node.outputs().get(0).dtype();
        this.c = new ConvParts(dtype, w);
    }

    String write(List<String> in) {
        Window window = conv.window();
        if (window.rank() == 1) { // an axis of one element before the other
            String x = c.expand(in.get(0), 1);
            String k = c.expand(in.get(1), 0);
            String y = on(ConvParts.widened(window), ConvParts.before(conv.inputDilations(), 1), x, k, true);
            return w.add("Squeeze", "output", List.of(y), Attrs.of(dtype).integers("squeeze_dims", List.of(1)));
        }
        return on(window, conv.inputDilations(), in.get(0), in.get(1), false);
    }

    private String on(Window window, List<Integer> dilations, String x, String k, boolean expanded) {
        boolean dilated = dilations.stream().anyMatch(d -> d != 1);
        boolean depthwise = conv.groups() > 1 && node.input(1).shape().dim(-2) == 1;
        boolean uneven = window.dilations().stream().distinct().count() > 1 || window.rank() == 3 || depthwise;
        if (uneven && window.dilations().stream().anyMatch(d -> d != 1)) { // which TensorFlow's CPU does not have
            return on(ConvParts.wide(window), dilations, x, spread(window, k), expanded);
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
            String own = c.part(x, g * in, in, window.rank());
            String kernels = c.part(k, g * filters, filters, window.rank());
            parts.add(part(window, dilations, own, kernels, filters, expanded));
        }
        return c.joined(parts);
    }

    /** One group. */
    private String part(Window window, List<Integer> dilations, String x, String k, int filters, boolean expanded) {
        return dilations.stream().anyMatch(d -> d != 1)
                ? transposed(window, dilations, x, k, filters, expanded)
                : plain(window, x, k);
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
            String column = c.reshape(wide, columns);
            String padded = w.add(
                    "Pad",
                    "output",
                    List.of(column, w.constant(Tensor.of(Shape.of(columns.size(), 2), zeros))),
                    Attrs.of(dtype).type("Tpaddings", DType.INT32));
            dims.set(a, dims.get(a) * d);
            String all = c.reshape(padded, dims);
            dims.set(a, window.extent(a));
            wide = w.add(
                    "Slice",
                    "output",
                    List.of(all, w.ints(Collections.nCopies(dims.size(), 0)), w.ints(dims)),
                    Attrs.of(dtype).type("Index", DType.INT32));
        }
        return wide;
    }

    private String plain(Window window, String x, String k) {
        if (window.rank() == 3 && window.open()) {
            Attrs a = c.volume(window.strides()).text("padding", "SAME");
            return w.add("Conv3D", "output", List.of(x, k), a);
        }
        if (window.rank() == 2) {
            Window inside = ConvParts.inside(window);
            return w.add(
                    "Conv2D",
                    "output",
                    List.of(c.cropped(window, x, ConvParts.shape(node, 0)), k),
                    c.attrs(window, window.strides(), inside.low(), inside.high()));
        }
        Attrs a = c.volume(window.strides()).integers("dilations", ConvParts.around(window.dilations()));
        return w.add("Conv3D", "output", List.of(c.padded(window, x, ConvParts.shape(node, 0)), k), a);
    }

    private String depthwise(Window window, String x, String k, int out) {
        List<Integer> filter = List.of(window.size().get(0), window.size().get(1), conv.groups(), out / conv.groups());
        String shaped = c.reshape(k, filter);
        boolean pads = !window.open()
                && Stream.concat(window.low().stream(), window.high().stream()).anyMatch(p -> p > 0);
        List<Integer> none = List.of(0, 0);
        return w.add( // with paddings of its own, oneDNN's kernel in TensorFlow ends the process
                "DepthwiseConv2dNative",
                "output",
                List.of(pads ? c.padded(window, x, ConvParts.shape(node, 0)) : x, shaped),
                pads
                        ? c.attrs(window, window.strides(), none, none)
                        : c.attrs(window, window.strides(), window.low(), window.high()));
    }

    /**
     * {@code x} with zeros between its elements, under a window: the gradient of a convolution that goes the other way. That of
     * two axes takes any padding; that of three gives all places, of which those are taken that the window has.
     */
    private String transposed(Window window, List<Integer> steps, String x, String k, int filters, boolean expanded) {
        int rank = window.rank();
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        List<Integer> elements = new ArrayList<>();
        List<Integer> more = new ArrayList<>();
        List<Integer> extents = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            elements.add(expanded && a == 0 ? 1 : node.input(0).shape().dim(expanded ? a : a + 1));
            int extent = window.extent(a);
            low.add(extent - 1 - window.low().get(a));
            high.add(extent - 1 - window.high().get(a));
            extents.add(extent);
            more.add(extent - low.get(a) - high.get(a));
            if (window.strides().get(a) != 1 || window.open()) {
                throw ConvParts.unsupported("a transposed convolution with strides");
            }
        }
        ConvPlaces all = new ConvPlaces(elements, steps, extents);
        ConvPlaces places = new ConvPlaces(elements, steps, more);
        String turned = c.turned(k, rank);
        boolean inside = Stream.concat(low.stream(), high.stream()).allMatch(p -> p >= 0);
        if (rank == 2 && inside) {
            Attrs a = c.attrs(window, steps, low, high);
            String sizes = places.shape(x, dtype, filters, w);
            return w.add("Conv2DBackpropInput", "output", List.of(sizes, turned, x), a);
        }
        List<Integer> none = Collections.nCopies(rank, 0);
        String sizes = all.shape(x, dtype, filters, w);
        String whole = rank == 2
                ? w.add("Conv2DBackpropInput", "output", List.of(sizes, turned, x), c.attrs(window, steps, none, none))
                : w.add(
                        "Conv3DBackpropInputV2",
                        "output",
                        List.of(sizes, turned, x),
                        c.volume(steps).type("Tshape", DType.INT32));
        return taken(x, whole, low, high, places, filters);
    }

    /** The places from {@code low} on; zeros where there are none. */
    private String taken(
            String x, String whole, List<Integer> low, List<Integer> high, ConvPlaces places, int filters) {
        int rank = low.size();
        int[] zeros = new int[2 * (rank + 2)];
        List<Integer> begin = new ArrayList<>(List.of(0));
        List<Integer> outside = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            zeros[2 * a + 2] = Math.max(0, -low.get(a));
            zeros[2 * a + 3] = Math.max(0, -high.get(a));
            begin.add(Math.max(0, low.get(a)));
            outside.add(zeros[2 * a + 2] + zeros[2 * a + 3]);
        }
        begin.add(0);
        String size = places.less(outside).shape(x, dtype, filters, w);
        String part = w.add(
                "Slice",
                "output",
                List.of(whole, w.ints(begin), size),
                Attrs.of(dtype).type("Index", DType.INT32));
        return Arrays.stream(zeros).allMatch(z -> z == 0)
                ? part
                : w.add(
                        "Pad",
                        "output",
                        List.of(part, w.constant(Tensor.of(Shape.of(rank + 2, 2), zeros))),
                        Attrs.of(dtype).type("Tpaddings", DType.INT32));
    }
}
