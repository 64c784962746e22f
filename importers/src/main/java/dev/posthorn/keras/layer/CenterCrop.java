package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Framing;
import java.util.List;

/**
 * The middle of images: {@code x[batch×h×w×channels] → y[batch×height×width×channels]}; of smaller ones the largest part
 * of these proportions, enlarged. Source: keras/src/layers/preprocessing/image_preprocessing/center_crop.py.
 */
public record CenterCrop(int height, int width, DataFormat dataFormat) implements SimpleLayer {
    public static final Codec<CenterCrop> CODEC = Codec.of(
            "CenterCrop",
            f -> new CenterCrop(
                    f.of("height", FieldType.INT, CenterCrop::height, null),
                    f.of("width", FieldType.INT, CenterCrop::width, null),
                    f.of(
                            List.of("data_format", ""),
                            DataFormat.TYPE,
                            CenterCrop::dataFormat,
                            DataFormat.CHANNELS_LAST)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value images = b.cast(x, c.policy().compute());
        boolean single = x.shape().rank() == 3;
        Value last = dataFormat.toLast(b, single ? b.expandDims(images, 0) : images);
        Value y;
        if (fits(last.shape().dim(1), height) && fits(last.shape().dim(2), width)) {
            Value rows = Framing.middle(b, last, 1, b.constant(DType.INT32, height));
            y = Framing.middle(b, rows, 2, b.constant(DType.INT32, width));
        } else {
            y = b.add(new Resize(Sampling.BILINEAR, height, width), Framing.cropped(b, last, height, width));
        }
        y = dataFormat.fromLast(b, y);
        return single ? b.squeeze(y, 0) : y;
    }

    private static boolean fits(int dim, int size) {
        return dim == Shape.UNKNOWN || dim >= size;
    }
}
