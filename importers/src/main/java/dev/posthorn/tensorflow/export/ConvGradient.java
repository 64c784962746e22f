package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The derivative of a convolution by its kernel, as {@code Conv2DBackpropFilter} and its kin. Where the input is dilated, it is a
 * convolution that goes the other way, whose operands change places.
 */
final class ConvGradient {
    private final Conv conv;
    private final Node node;
    private final FunctionWriter w;
    private final DType dtype;
    private final ConvParts c;

    ConvGradient(Conv conv, Node node, FunctionWriter w) {
        this.conv = conv;
        this.node = node;
        this.w = w;
        this.dtype = node.outputs().get(0).dtype();
        this.c = new ConvParts(dtype, w);
    }

    /** The derivative, of {@code x} and {@code dy}. */
    String write(String x, String dy) {
        Window window = conv.window();
        if (window.rank() == 1) {
            Window two = ConvParts.widened(window);
            String dw = on(two, ConvParts.before(conv.inputDilations(), 1), c.expand(x, 1), c.expand(dy, 1));
            return w.add("Squeeze", "output", List.of(dw), Attrs.of(dtype).integers("squeeze_dims", List.of(0)));
        }
        return on(window, conv.inputDilations(), x, dy);
    }

    private String on(Window window, List<Integer> steps, String x, String dy) {
        Shape kernel = node.outputs().get(0).shape();
        int in = kernel.dim(-2);
        int out = kernel.dim(-1);
        if (window.open()) {
            throw ConvParts.unsupported("the gradient of a convolution with strides and SAME of unknown size");
        }
        boolean dilated = steps.stream().anyMatch(d -> d != 1);
        if (window.dilations().stream().anyMatch(d -> d != 1)) {
            return taps(window, on(ConvParts.wide(window), steps, x, dy));
        }
        if (dilated && conv.groups() != 1) {
            throw ConvParts.unsupported("the gradient of a transposed convolution in groups");
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
                    List.of(kept(window, x), w.ints(filter), dy),
                    attrs(window));
            return c.reshape(dw, List.of(window.size().get(0), window.size().get(1), 1, out));
        }
        List<String> parts = new ArrayList<>();
        int filters = out / conv.groups();
        for (int g = 0; g < conv.groups(); g++) {
            String own = c.part(x, g * in, in, window.rank());
            parts.add(plainGradient(window, own, c.part(dy, g * filters, filters, window.rank()), in, filters));
        }
        return c.joined(parts);
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

    private String plainGradient(Window window, String x, String dy, int in, int out) {
        List<Integer> kernel = new ArrayList<>(window.size());
        kernel.addAll(List.of(in, out));
        return window.rank() == 2
                ? w.add("Conv2DBackpropFilter", "output", List.of(kept(window, x), w.ints(kernel), dy), attrs(window))
                : w.add(
                        "Conv3DBackpropFilterV2",
                        "output",
                        List.of(c.padded(window, x, ConvParts.shape(node, 0)), w.ints(kernel), dy),
                        c.volume(window.strides()));
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
                throw ConvParts.unsupported("the gradient of a transposed convolution of unknown size");
            }
            low.add(window.extent(a) - 1 - window.low().get(a));
            high.add((n - 1) * steps.get(a) + window.extent(a) - o - low.get(a));
        }
        List<Integer> kernel = new ArrayList<>(window.size());
        kernel.addAll(List.of(out, in));
        Window around = new Window(window.size(), steps, window.dilations(), low, high);
        if (window.rank() == 3) {
            String dw = w.add(
                    "Conv3DBackpropFilterV2",
                    "output",
                    List.of(c.padded(around, dy, node.input(1).shape()), w.ints(kernel), x),
                    c.volume(steps));
            return c.turned(dw, 3);
        }
        String cropped = c.cropped(around, dy, ConvParts.shape(node, 1));
        String dw = w.add("Conv2DBackpropFilter", "output", List.of(cropped, w.ints(kernel), x), attrs(around));
        return c.turned(dw, 2);
    }

    private String kept(Window window, String x) {
        return c.cropped(window, x, ConvParts.shape(node, 0));
    }

    private Attrs attrs(Window window) {
        Window inside = ConvParts.inside(window);
        return c.attrs(window, window.strides(), inside.low(), inside.high());
    }
}
