package dev.posthorn.train;

import dev.posthorn.ir.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a program computes, as values of the builder it was written into.
 *
 * @param outputs its outputs, in the order of the signature
 * @param masks the Keras mask of each output, where it carries one: bool, with the leading axes of the output
 * @param losses scalars that the layers add to the loss: penalties of activities, then of weights
 * @param updates new values of variables that the call changes, by key: moving statistics, states, seeds
 */
public record Forward(
        List<Value> outputs, List<Optional<Value>> masks, List<Value> losses, Map<String, Value> updates) {
    public Forward {
        outputs = List.copyOf(outputs);
        masks = List.copyOf(masks);
        losses = List.copyOf(losses);
        updates = Collections.unmodifiableMap(
                new LinkedHashMap<>(updates)); // in their order, so that equal calls give equal graphs
    }
}
