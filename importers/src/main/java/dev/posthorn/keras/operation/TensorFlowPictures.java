package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.op.Pad;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * TensorFlow's resizing of pictures. Constraints: (C1) the size is known before the graph runs, and so is that of the picture
 * where the result depends on their ratio. Source: tensorflow/python/ops/image_ops_impl.py.
 */
final class TensorFlowPictures {
    private static final List<String> SAMPLINGS = List.of("BILINEAR", "NEAREST", "BICUBIC", "LANCZOS3", "LANCZOS5");

    private TensorFlowPictures() {}

    /** The functions by name. */
    static void addTo(Map<String, Operation> all) {
        all.put("image._resize", of(TensorFlowPictures::resize));
        all.put("image.resize_with_pad", of(TensorFlowPictures::resizeWithPad));
        all.put("image.resize_with_crop_or_pad", of(TensorFlowPictures::cropOrPad));
    }

    private static Value resize(Arguments a) {
        Builder b = a.b();
        Value given = a.tensor("images", 0);
        boolean single = given.shape().rank() == 3;
        Value x = single ? b.expandDims(given, 0) : given;
        int[] size = size(a, "size", 1);
        if (a.flag("preserve_aspect_ratio")) {
            size = within(a, x, size[0], size[1]);
        }
        Value y = resized(a, x, size, a.flag("antialias"));
        return single ? b.squeeze(y, 0) : y;
    }

    private static Value resized(Arguments a, Value x, int[] size, boolean antialias) {
        String method = a.string("method", "bilinear").toUpperCase(Locale.ROOT);
        if (x.shape().rank() != 4 || !SAMPLINGS.contains(method)) {
            throw a.unsupported("method " + method + " for " + x.shape());
        }
        Value y = method.equals("NEAREST") || x.dtype().isFloating() ? x : a.b().cast(x, DType.FLOAT32);
        return a.b().add(new Resize(Sampling.valueOf(method), size[0], size[1], antialias), y);
    }

    /** The largest size within this one that has the ratio of the picture. */
    private static int[] within(Arguments a, Value x, int height, int width) {
        int h = known(a, x, 1);
        int w = known(a, x, 2);
        float scale = Math.min((float) height / h, (float) width / w);
        return new int[] {Math.round(scale * h), Math.round(scale * w)};
    }

    private static int known(Arguments a, Value x, int axis) {
        if (x.shape().dim(axis) < 1) {
            throw a.unsupported("a picture of size " + x.shape()); // (C1)
        }
        return x.shape().dim(axis);
    }

    private static int[] size(Arguments a, String name, int position) {
        List<Integer> size = KnownIntegers.of(a.tensor(name, position));
        if (size.size() != 2 || size.contains(null)) { // (C1)
            throw a.unsupported(name + " " + size);
        }
        return new int[] {size.get(0), size.get(1)};
    }

    private static Value resizeWithPad(Arguments a) {
        Builder b = a.b();
        Value given = a.tensor("image", 0);
        boolean single = given.shape().rank() == 3;
        Value x = single ? b.expandDims(given, 0) : given;
        int height = a.integer("target_height", 0);
        int width = a.integer("target_width", 0);
        double ratio = Math.max((double) known(a, x, 2) / width, (double) known(a, x, 1) / height);
        int h = (int) Math.floor(known(a, x, 1) / ratio);
        int w = (int) Math.floor(known(a, x, 2) / ratio);
        Value small = resized(a, x, new int[] {h, w}, a.flag("antialias"));
        int top = (int) Math.max(0, Math.floor((height - known(a, x, 1) / ratio) / 2));
        int left = (int) Math.max(0, Math.floor((width - known(a, x, 2) / ratio) / 2));
        Value y = padded(b, small, top, height - h - top, left, width - w - left);
        return single ? b.squeeze(y, 0) : y;
    }

    private static Value cropOrPad(Arguments a) {
        Builder b = a.b();
        Value given = a.tensor("image", 0);
        boolean single = given.shape().rank() == 3;
        Value x = single ? b.expandDims(given, 0) : given;
        int height = a.integer("target_height", 0);
        int width = a.integer("target_width", 0);
        int taller = known(a, x, 1) - height;
        int wider = known(a, x, 2) - width;
        Value y = b.slice(x, 1, Math.max(0, taller / 2), Math.max(0, taller / 2) + Math.min(height, known(a, x, 1)));
        y = b.slice(y, 2, Math.max(0, wider / 2), Math.max(0, wider / 2) + Math.min(width, known(a, x, 2)));
        int top = Math.max(0, -taller / 2);
        int left = Math.max(0, -wider / 2);
        y = padded(b, y, top, Math.max(0, -taller) - top, left, Math.max(0, -wider) - left);
        return single ? b.squeeze(y, 0) : y;
    }

    private static Value padded(Builder b, Value x, int top, int bottom, int left, int right) {
        Pad pad = new Pad(Pad.Mode.CONSTANT, List.of(0, top, left, 0), List.of(0, bottom, right, 0));
        return b.add(pad, x, b.constant(x.dtype(), 0));
    }
}
