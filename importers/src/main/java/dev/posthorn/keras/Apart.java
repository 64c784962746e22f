package dev.posthorn.keras;

import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How calls of layers differ from those of the model: each key is the path of a layer, and {@code @k} for its call k after the
 * first.
 *
 * @param inputs what layers are given in place of what the layers before them give
 * @param masks the masks that come with these, in their order
 * @param training layers that compute as in training
 * @param unmasked layers that see no masks
 */
record Apart(
        Map<String, List<Value>> inputs, Map<String, List<Value>> masks, Set<String> training, Set<String> unmasked) {
    static final Apart NONE = new Apart(Map.of(), Map.of(), Set.of(), Set.of());
}
