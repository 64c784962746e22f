package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.image.Change;
import dev.posthorn.keras.image.Draw;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Pictures;
import dev.posthorn.keras.object.Seeds;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Images changed at random while the model trains, and else not at all but for their dtype. Source:
 * keras/src/layers/preprocessing/image_preprocessing.
 *
 * @param options how it changes them: what the configuration says, in the order of {@code keys}
 */
public record Augmentation(String className, Change change, List<String> keys, List<Object> options) implements Layer {
    /** The layer class of that name, with these keys besides {@code data_format}. */
    public static Codec<Augmentation> codec(String className, Change change, String... keys) {
        List<String> all = new ArrayList<>(List.of(keys));
        all.add("data_format");
        return Codec.of(className, f -> new Augmentation(className, change, List.copyOf(all), options(f, all)));
    }

    private static List<Object> options(Fields<Augmentation> f, List<String> keys) {
        List<Object> options = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            int at = i;
            options.add(f.of(keys.get(i), FieldType.ANY, a -> a.options.get(at)));
        }
        return Collections.unmodifiableList(options);
    }

    private Object option(String key) {
        int i = keys.indexOf(key);
        return i < 0 ? null : options.get(i);
    }

    /** An option that is a size. */
    int size(String key) {
        if (option(key) instanceof Number n && n.intValue() > 0) {
            return n.intValue();
        }
        throw new UnsupportedModelException(
                className + ": expected a positive " + key + " but was " + option(key), List.of(className));
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return List.of(Seeds.state(option("seed")));
    }

    @Override
    public boolean mixesBatch() {
        return true;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Map<String, Object> data = c.training()
                ? Pictures.of(c, "images", "labels")
                : Pictures.of(c, "images", "labels", "segmentation_masks", "bounding_boxes");
        Value given = c.builder().cast(Pictures.images(data), c.policy().compute());
        return Pictures.with(data, "images", c.training() ? changed(c, given) : given);
    }

    private Value changed(Call c, Value x) {
        Builder b = c.builder();
        DType dtype = x.dtype();
        int rank = x.shape().rank();
        if (!dtype.isFloating() || rank != 3 && rank != 4) {
            throw new UnsupportedModelException(
                    className + ": expected floating-point images in training but was " + x.type() + ", at " + c.path(),
                    List.of(className + " of " + dtype + " in training"));
        }
        DataFormat format = option("data_format") instanceof String s
                ? DataFormat.valueOf(s.toUpperCase(Locale.ROOT))
                : DataFormat.CHANNELS_LAST;
        Value images = format.toLast(b, rank == 3 ? b.expandDims(x, 0) : x);
        Dim[] size = b.dims(images);
        Map<String, Object> named = new LinkedHashMap<>();
        keys.forEach(k -> named.put(k, option(k)));
        Draw draw = new Draw(c, size, dtype, named, format == DataFormat.CHANNELS_FIRST);
        Value y = format.fromLast(b, change.draw(draw).apply(images));
        return b.cast(rank == 3 ? b.squeeze(y, 0) : y, dtype);
    }
}
