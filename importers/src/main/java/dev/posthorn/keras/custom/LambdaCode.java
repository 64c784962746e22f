package dev.posthorn.keras.custom;

import dev.posthorn.codec.Dialect;
import dev.posthorn.keras.object.Activations;
import dev.posthorn.model.UnsupportedModelException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Python code that a {@code Lambda} holds, as another version of Keras keeps it: the same bytes under other keys. Source:
 * keras/layers/core/lambda_layer.py of Keras 2.15, keras/src/layers/core/lambda_layer.py.
 */
public final class LambdaCode {
    private static final List<String> KEYS = List.of("function", "output_shape");
    private static final List<String> PARTS = List.of("code", "defaults", "closure");
    private static final String CODE = "__lambda__";

    private LambdaCode() {}

    /** The layer's configuration in that dialect. */
    public static Map<String, Object> in(Lambda lambda, Dialect dialect, String where) {
        boolean keras3 = dialect == Dialect.KERAS3;
        boolean is3 = !lambda.config().containsKey("function_type");
        if (!lambda.className().equals("Lambda") || keras3 == is3) {
            return lambda.config();
        }
        Map<String, Object> config = new LinkedHashMap<>(lambda.config());
        for (String key : KEYS) {
            String prefix = key.equals("function") ? "" : key + "_";
            Object value = config.remove(key);
            if (keras3) {
                Object type = config.remove(key + "_type");
                Object module = config.remove(prefix + "module");
                config.put(key, newer(value, type, module));
            } else {
                older(config, key, prefix, value, where);
            }
        }
        return config;
    }

    private static Object newer(Object value, Object type, Object module) {
        if ("lambda".equals(type) && value instanceof List<?> parts && parts.size() == PARTS.size()) {
            Map<String, Object> code = new LinkedHashMap<>();
            PARTS.forEach(part -> code.put(part, parts.get(code.size())));
            return object(null, CODE, code, null);
        }
        return "function".equals(type) ? object(module, "function", value, value) : value;
    }

    private static Map<String, Object> object(Object module, String className, Object config, Object registered) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (module != null) {
            object.put("module", module);
        }
        object.put("class_name", className);
        object.put("config", config);
        if (registered != null) {
            object.put("registered_name", registered);
        }
        return object;
    }

    private static void older(Map<String, Object> config, String key, String prefix, Object value, String where) {
        Object written = value;
        Object type = "raw";
        Object module = null;
        if (value instanceof Map<?, ?> m
                && CODE.equals(m.get("class_name"))
                && m.get("config") instanceof Map<?, ?> code) {
            written = Arrays.asList(PARTS.stream().map(code::get).toArray());
            type = "lambda";
            module = "__main__";
        } else if (value instanceof Map<?, ?> m && "function".equals(m.get("class_name"))) {
            if ("builtins".equals(m.get("module")) && Activations.ALL.containsKey(String.valueOf(m.get("config")))) {
                throw new UnsupportedModelException("Lambda of Keras's own " + m.get("config")
                        + " by name, which Keras 2 does not find (a layer Activation does the same), at " + where);
            }
            written = m.get("config");
            type = "function";
            module = m.get("module");
        }
        config.put(key, written);
        config.put(key + "_type", type);
        config.put(prefix + "module", module);
    }
}
