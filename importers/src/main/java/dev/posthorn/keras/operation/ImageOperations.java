package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Hues;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Slice;
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
            Map.entry("HSVToRGB", of(a -> channelsLast(a, x -> Hues.toRgb(a.b(), x)))),
            Map.entry("PadImages", of(a -> framed(a, "padding", 1))),
            Map.entry("RGBToGrayscale", of(ImageOperations::rgbToGrayscale)),
            Map.entry("RGBToHSV", of(a -> channelsLast(a, x -> Hues.toHsv(a.b(), x)))),
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
        return channelsLast(a, x -> Hues.gray(b, x));
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
