package dev.posthorn.keras.custom;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.Activations;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A layer that is a function: Keras's {@code Lambda}, whose Python code is never run, or a custom layer without weights;
 * the function is one that is bound to its name. Masks end here. Source: keras/src/layers/core/lambda_layer.py.
 *
 * @param config its configuration, as it stands
 */
public record Lambda(String className, CustomFunction function, Map<String, Object> config) implements Layer {
    public Lambda {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<Value> x = c.inputs().stream().map(KerasTensor::value).toList();
        return function.apply(c.builder(), x, bound()).stream()
                .map(KerasTensor::of)
                .toList();
    }

    /** The function that a Lambda names, where it is Keras's own and Keras itself would find it; Keras 3 finds activations. */
    public static Optional<CustomFunction> builtin(String className, Map<String, Object> config, Dialect dialect) {
        boolean named = className.equals("Lambda")
                && dialect == Dialect.KERAS3
                && config.get("function") instanceof Map<?, ?> f
                && "function".equals(f.get("class_name"))
                && "builtins".equals(f.get("module"));
        if (!named || !(((Map<?, ?>) config.get("function")).get("config") instanceof String name)) {
            return Optional.empty();
        }
        return Optional.ofNullable(Activations.ALL.get(name)).map(op -> (b, x, arguments) -> b.addAll(op, x));
    }

    /** Why a Lambda without a bound function is not supported, and what would do. */
    public static String reason(String name, Map<String, Object> config) {
        return "Lambda holds Python code, which is never run (bind a function to the name '" + name + "'; "
                + Suggestion.of(name, config) + ")";
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> bound() {
        if (!className.equals("Lambda")) {
            return config;
        }
        return config.get("arguments") instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
    }
}
