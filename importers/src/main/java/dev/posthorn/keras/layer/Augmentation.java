package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Images changed at random while the model trains, and else not at all but for their dtype. Training is refused. Source:
 * keras/src/layers/preprocessing/image_preprocessing.
 *
 * @param options how it would change them: what the configuration says, in the order of {@code keys}
 */
public record Augmentation(String className, List<String> keys, List<Object> options) implements SimpleLayer {
    /** The layer class of that name, with these keys besides {@code data_format}. */
    public static Codec<Augmentation> codec(String className, String... keys) {
        List<String> all = new ArrayList<>(List.of(keys));
        all.add("data_format");
        return Codec.of(className, f -> new Augmentation(className, List.copyOf(all), options(f, all)));
    }

    private static List<Object> options(Fields<Augmentation> f, List<String> keys) {
        List<Object> options = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            int at = i;
            options.add(f.of(keys.get(i), FieldType.ANY, a -> a.options.get(at)));
        }
        return Collections.unmodifiableList(options);
    }

    /** Refuses a call that trains. */
    static void infer(Call c, String className) {
        if (c.training()) {
            throw new UnsupportedModelException(
                    className + ": expected inference but was training, at " + c.path(),
                    List.of(className + " in training"));
        }
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        infer(c, className);
        return c.builder().cast(x, c.policy().compute());
    }
}
