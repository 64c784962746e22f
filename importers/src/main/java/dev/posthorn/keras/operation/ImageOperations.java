package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.layer.Resizing;
import dev.posthorn.keras.object.DataFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Operations on images. Source: keras/src/backend/tensorflow/image.py, keras/src/ops/image.py. */
final class ImageOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("CropImages", of(a -> framed(a, "cropping", -1))),
            Map.entry("HSVToRGB", of(a -> channelsLast(a, x -> hsvToRgb(a.b(), x)))),
            Map.entry("PadImages", of(a -> framed(a, "padding", 1))),
            Map.entry("RGBToGrayscale", of(ImageOperations::rgbToGrayscale)),
            Map.entry("RGBToHSV", of(a -> channelsLast(a, x -> rgbToHsv(a.b(), x)))),
            Map.entry("Resize", of(ImageOperations::resize)));

    private ImageOperations() {}

    private static Value images(Arguments a) {
        return a.tensor("images", 0);
    }

    private static Value resize(Arguments a) {
        List<Integer> size = a.integers("size");
        String name = a.string("interpolation", "bilinear");
        Sampling sampling = Arrays.stream(Sampling.values())
                .filter(s -> s.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> a.unsupported("interpolation " + name));
        return new Resizing(
                        size.get(0),
                        size.get(1),
                        sampling,
                        a.flag("crop_to_aspect_ratio"),
                        a.flag("pad_to_aspect_ratio"),
                        a.string("fill_mode", "constant"),
                        a.number("fill_value", 0),
                        a.flag("antialias"),
                        WindowOperations.format(a),
                        false)
                .call(a.call(), images(a));
    }

    /** The function of images whose channels are last. */
    private static Value channelsLast(Arguments a, UnaryOperator<Value> f) {
        Value x = images(a);
        if (WindowOperations.format(a) == DataFormat.CHANNELS_LAST) {
            return f.apply(x);
        }
        Value last = ShapeOperations.moveAxis(a.b(), x, List.of(-3), List.of(-1));
        return ShapeOperations.moveAxis(a.b(), f.apply(last), List.of(-1), List.of(-3));
    }

    private static Value rgbToGrayscale(Arguments a) {
        Builder b = a.b();
        return channelsLast(a, x -> gray(b, x));
    }

    static Value gray(Builder b, Value x) {
        if (x.shape().dim(-1) == 1) {
            return x;
        }
        Value floating = ElementwiseOperations.floating(b, x);
        Value weights = b.cast(b.constant(Tensor.of(Shape.of(3), 0.2989f, 0.587f, 0.114f)), floating.dtype());
        return b.cast(b.reduce(Reduce.Fn.SUM, b.times(floating, weights), true, -1), x.dtype());
    }

    static Value rgbToHsv(Builder b, Value x) {
        List<Value> rgb = b.split(x, -1, 1, 1, 1);
        Value r = rgb.get(0);
        Value g = rgb.get(1);
        Value blue = rgb.get(2);
        Value zero = b.constant(x.dtype(), 0);
        Value v = b.reduce(Reduce.Fn.MAX, x, true, -1);
        Value range = b.minus(v, b.reduce(Reduce.Fn.MIN, x, true, -1));
        Value s = ElementwiseOperations.divideNoNan(b, List.of(range, v));
        Value sixth = ElementwiseOperations.divideNoNan(b, List.of(b.constant(x.dtype(), 1.0 / 6), range));
        Value atGreen = b.binary(Binary.Fn.ADD, b.times(sixth, b.minus(blue, r)), 2.0 / 6);
        Value atBlue = b.binary(Binary.Fn.ADD, b.times(sixth, b.minus(r, g)), 4.0 / 6);
        Value h = b.select(
                b.compare(Compare.Fn.EQ, r, v),
                b.times(sixth, b.minus(g, blue)),
                b.select(b.compare(Compare.Fn.EQ, g, v), atGreen, atBlue));
        h = b.select(b.compare(Compare.Fn.GT, range, zero), h, zero);
        h = b.select(b.compare(Compare.Fn.LT, h, zero), b.binary(Binary.Fn.ADD, h, 1), h);
        return b.concat(-1, List.of(h, s, v));
    }

    static Value hsvToRgb(Builder b, Value x) {
        List<Value> hsv = b.split(x, -1, 1, 1, 1);
        Value h = b.binary(Binary.Fn.MUL, hsv.get(0), 6);
        Value r = b.binary(Binary.Fn.SUB, distance(b, h, 3), 1);
        Value g = b.minus(b.constant(x.dtype(), 2), distance(b, h, 2));
        Value blue = b.minus(b.constant(x.dtype(), 2), distance(b, h, 4));
        Value hue = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, b.concat(-1, List.of(r, g, blue)), 0), 1);
        Value white = b.minus(b.constant(x.dtype(), 1), hsv.get(1));
        return b.times(b.plus(white, b.times(hsv.get(1), hue)), hsv.get(2));
    }

    private static Value distance(Builder b, Value x, double from) {
        return b.unary(Unary.Fn.ABS, b.binary(Binary.Fn.SUB, x, from));
    }

    /** Images cut or padded with zeros on four sides, of which two may follow from a size to reach. */
    private static Value framed(Arguments a, String what, int sign) {
        Builder b = a.b();
        Value x = images(a);
        int rank = x.shape().rank();
        int height = WindowOperations.format(a) == DataFormat.CHANNELS_LAST ? rank - 3 : rank - 2;
        List<Integer> low = new ArrayList<>(Collections.nCopies(rank, 0));
        List<Integer> high = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int i = 0; i < 2; i++) {
            String before = (i == 0 ? "top_" : "left_") + what;
            String after = (i == 0 ? "bottom_" : "right_") + what;
            int n = x.shape().dim(height + i);
            Object target = a.option(i == 0 ? "target_height" : "target_width");
            boolean both = a.option(before) != null && a.option(after) != null;
            if (!both && (n == Shape.UNKNOWN || target == null)) {
                throw a.unsupported("a size that is not known");
            }
            int sum = both ? a.integer(before, 0) + a.integer(after, 0) : sign * (((Number) target).intValue() - n);
            low.set(height + i, a.integer(before, sum - a.integer(after, 0)));
            high.set(height + i, a.integer(after, sum - a.integer(before, 0)));
        }
        if (sign > 0) {
            return b.add(new Pad(Pad.Mode.CONSTANT, low, high), x, b.constant(x.dtype(), 0));
        }
        Value y = x;
        for (int i = height; i < height + 2; i++) {
            y = b.slice(y, i, low.get(i), high.get(i) == 0 ? Slice.END : -high.get(i));
        }
        return y;
    }
}
