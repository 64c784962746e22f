package dev.posthorn.keras.operation;

import dev.posthorn.codec.Dialect;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.model.UnsupportedModelException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node of a functional model that is an operation and not a layer.
 *
 * @param className the operation's class: {@code NotEqual}
 * @param module the Python module of that class; empty where the file does not say
 * @param config its configuration, as it stands
 */
public record OperationLayer(String className, String module, Map<String, Object> config) implements Layer {
    public OperationLayer {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    }

    /** Keras 2 has operations that are functions of TensorFlow. */
    @Override
    public Layer in(Dialect dialect) {
        boolean plain = Set.of("name").containsAll(config.keySet());
        Optional<String> function =
                dialect == Dialect.KERAS3 || !plain ? Optional.empty() : TensorFlowMath.function(className);
        return function.<Layer>map(f -> new TFOpLambda("TFOpLambda", f)).orElse(this);
    }

    @Override
    public boolean readsConstants() {
        return true;
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Operation operation = KerasOperations.find(className)
                .orElseThrow(() ->
                        new UnsupportedModelException("operation " + className + " is not supported, at " + c.path()));
        return operation.apply(new Arguments(c, className, config)).stream()
                .map(KerasTensor::of)
                .toList();
    }
}
