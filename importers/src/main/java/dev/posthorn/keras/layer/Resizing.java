package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Framing;
import dev.posthorn.keras.object.Interpolation;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/**
 * Images of another size: {@code x[batch×h×w×channels] → y[batch×height×width×channels]}, of the same dtype. Source:
 * keras/src/layers/preprocessing/image_preprocessing/resizing.py.
 *
 * @param keras2 whether they are of the compute dtype, as before Keras 3
 */
public record Resizing(
        int height,
        int width,
        Sampling interpolation,
        boolean crop,
        boolean pad,
        String fillMode,
        double fillValue,
        boolean antialias,
        DataFormat dataFormat,
        boolean keras2)
        implements SimpleLayer {
    public static final Codec<Resizing> CODEC = Codec.of(
            "Resizing",
            f -> new Resizing(
                    f.of("height", FieldType.INT, Resizing::height, null),
                    f.of("width", FieldType.INT, Resizing::width, null),
                    f.of("interpolation", Interpolation.TYPE, Resizing::interpolation, Sampling.BILINEAR),
                    f.of("crop_to_aspect_ratio", FieldType.BOOL, Resizing::crop, false),
                    f.of(List.of("pad_to_aspect_ratio", ""), FieldType.BOOL, Resizing::pad, false),
                    f.of(List.of("fill_mode", ""), FieldType.STRING, Resizing::fillMode, "constant"),
                    f.of(List.of("fill_value", ""), Numbers.FLOAT, Resizing::fillValue, 0.0),
                    f.of(List.of("antialias", ""), FieldType.BOOL, Resizing::antialias, false),
                    f.of(List.of("data_format", ""), DataFormat.TYPE, Resizing::dataFormat, DataFormat.CHANNELS_LAST),
                    f.implied("results of the compute dtype", Resizing::keras2, f.dialect() != Dialect.KERAS3)));

    public Resizing {
        if (height <= 0 || width <= 0 || crop && pad) {
            throw new IllegalArgumentException("expected a positive size, cropped or padded, but was " + height + "×"
                    + width + ", crop_to_aspect_ratio " + crop + ", pad_to_aspect_ratio " + pad);
        }
        if (!fillMode.equals("constant")) {
            throw new UnsupportedModelException("Resizing: expected fill_mode 'constant' but was '" + fillMode + "'");
        }
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        boolean single = x.shape().rank() == 3;
        Value given = keras2 ? b.cast(x, c.policy().compute()) : x;
        Value last = dataFormat.toLast(b, single ? b.expandDims(given, 0) : given);
        last = crop ? Framing.cropped(b, last, height, width) : last;
        last = pad ? Framing.padded(b, last, height, width, fillValue) : last;
        Value y = dataFormat.fromLast(b, resized(b, last));
        return single ? b.squeeze(y, 0) : y;
    }

    /** Integers are interpolated in float32, rounded, and kept in their range. */
    private Value resized(Builder b, Value x) {
        Resize resize = new Resize(interpolation, height, width, antialias);
        if (x.dtype().isFloating() || interpolation == Sampling.NEAREST) {
            return b.add(resize, x);
        }
        Value y = b.unary(Unary.Fn.ROUND, b.add(resize, b.cast(x, DType.FLOAT32)));
        int bits = x.dtype().bytes() * 8;
        boolean signed = x.dtype().kind() == DType.Kind.SIGNED;
        double most = Math.pow(2, signed ? bits - 1 : bits) - 1;
        Value low = b.binary(Binary.Fn.MAX, y, signed ? -most - 1 : 0);
        return b.cast(b.binary(Binary.Fn.MIN, low, most), x.dtype());
    }
}
