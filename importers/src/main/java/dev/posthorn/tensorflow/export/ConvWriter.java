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
        boolean pads =
                Stream.concat(window.low().stream(), window.high().stream()).anyMatch(p -> p > 0);
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
        List<Integer> places = new ArrayList<>();
        List<Integer> all = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            int axis = expanded ? a : a + 1;
            boolean one = expanded && a == 0;
            int n = one ? 1 : node.input(0).shape().dim(axis);
            int o = one ? 1 : node.outputs().get(0).shape().dim(axis);
            if (n < 0 || o < 0 || window.strides().get(a) != 1) {
                throw ConvParts.unsupported("a transposed convolution of unknown size");
            }
            places.add(o);
            low.add(window.extent(a) - 1 - window.low().get(a));
            all.add((n - 1) * steps.get(a) + window.extent(a));
            high.add(all.get(a) - o - low.get(a));
        }
        String turned = c.turned(k, rank);
        boolean inside = Stream.concat(low.stream(), high.stream()).allMatch(p -> p >= 0);
        if (rank == 2 && inside) {
            Attrs a = c.attrs(window, steps, low, high);
            return w.add("Conv2DBackpropInput", "output", List.of(sizes(x, places, filters), turned, x), a);
        }
        List<Integer> none = Collections.nCopies(rank, 0);
        String whole = rank == 2
                ? w.add(
                        "Conv2DBackpropInput",
                        "output",
                        List.of(sizes(x, all, filters), turned, x),
                        c.attrs(window, steps, none, none))
                : w.add(
                        "Conv3DBackpropInputV2",
                        "output",
                        List.of(sizes(x, all, filters), turned, x),
                        c.volume(steps).type("Tshape", DType.INT32));
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
}
