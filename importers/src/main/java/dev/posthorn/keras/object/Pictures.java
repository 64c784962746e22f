package dev.posthorn.keras.object;

import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What layers of images take: images alone, or a dictionary of images and what belongs to them. */
public final class Pictures {
    private Pictures() {}

    /** The first argument as a dictionary, whose keys must be among {@code known}. */
    public static Map<String, Object> of(Call c, String... known) {
        Map<String, Object> data = new LinkedHashMap<>();
        if (c.args().get(0) instanceof Map<?, ?> m) {
            m.forEach((k, v) -> data.put(String.valueOf(k), v));
        } else {
            data.put("images", c.args().get(0));
        }
        for (String key : data.keySet()) {
            if (!List.of(known).contains(key)) {
                throw new UnsupportedModelException(
                        "expected a dictionary of " + List.of(known) + " but was " + data.keySet() + ", at " + c.path(),
                        List.of("'" + key + "' beside images"));
            }
        }
        return data;
    }

    public static Value images(Map<String, Object> data) {
        return ((KerasTensor) data.get("images")).value();
    }

    /** All that is in the dictionary, in Keras's flattened order, with another value for a key. */
    public static List<KerasTensor> with(Map<String, Object> data, String key, Value value) {
        Map<String, Object> all = new LinkedHashMap<>(data);
        all.put(key, KerasTensor.of(value));
        return KerasTensor.flatten(all);
    }
}
