package dev.posthorn.tensorflow;

import dev.posthorn.model.Signature;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A signature and where in the graph its tensors are.
 *
 * @param inputs the tensor that each input gives a value to, by the input's name
 * @param outputs the tensor that each output is, by the output's name
 */
public record Entry(Signature signature, Map<String, String> inputs, Map<String, String> outputs) {
    public Entry {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /** The nodes that the outputs need. */
    Set<String> roots() {
        return GraphReader.names(outputs.values());
    }

    /** The nodes that the inputs stand for. */
    Set<String> given() {
        return GraphReader.names(inputs.values());
    }
}
