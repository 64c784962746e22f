package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Pictures;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Of the boxes of each image the first n, or as many as there are and others of -1: {@code boxes[b×m×4] → [b×n×4],
 * labels[b×m] → [b×n]}. Source: keras/src/layers/preprocessing/image_preprocessing/max_num_bounding_box.py.
 */
public record MaxNumBoundingBoxes(int maxNumber, Object format, DataFormat dataFormat) implements Layer {
    private static final double FILL = -1; // configurations do not hold another

    public static final Codec<MaxNumBoundingBoxes> CODEC = Codec.of(
            "MaxNumBoundingBoxes",
            f -> new MaxNumBoundingBoxes(
                    f.of("max_number", FieldType.INT, MaxNumBoundingBoxes::maxNumber, null),
                    f.rare("bounding_box_format", FieldType.ANY, MaxNumBoundingBoxes::format),
                    f.of("data_format", DataFormat.TYPE, MaxNumBoundingBoxes::dataFormat, DataFormat.CHANNELS_LAST)));

    @Override
    public List<KerasTensor> call(Call c) {
        Map<String, Object> data = Pictures.of(c, "images", "labels", "bounding_boxes", "segmentation_masks");
        if (data.get("bounding_boxes") instanceof Map<?, ?> boxes) {
            Map<String, Object> fitted = new LinkedHashMap<>();
            boxes.forEach((key, v) ->
                    fitted.put(String.valueOf(key), KerasTensor.of(fitted(c, ((KerasTensor) v).value()))));
            data.put("bounding_boxes", fitted);
        }
        return Pictures.with(
                data,
                "images",
                c.builder().cast(Pictures.images(data), c.policy().compute()));
    }

    private Value fitted(Call c, Value x) {
        Builder b = c.builder();
        int m = x.shape().dim(1);
        if (m < 0) {
            throw new UnsupportedModelException(
                    "MaxNumBoundingBoxes: expected a known number of boxes but was " + x.type() + ", at " + c.path());
        }
        List<Integer> none = Collections.nCopies(x.shape().rank(), 0);
        List<Integer> after = new ArrayList<>(none);
        after.set(1, Math.max(0, maxNumber - m));
        return b.add(
                new Pad(Pad.Mode.CONSTANT, none, after),
                b.slice(x, 1, 0, Math.min(m, maxNumber)),
                b.constant(x.dtype(), FILL));
    }
}
