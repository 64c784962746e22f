package dev.posthorn.keras;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.IntegerLookup;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.keras.object.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Puts vocabularies, which archives have beside their weights, into a model's configuration, where Keras looks for them first:
 * {@code .h5} has no other place for them.
 */
final class EmbeddedVocabularies {
    private final KerasProgram program;
    private final Function<String, Tensor> values;

    EmbeddedVocabularies(KerasProgram program, Function<String, Tensor> values) {
        this.program = program;
        this.values = values;
    }

    /** The object of a layer, and of all layers inside of it, with its vocabulary. */
    Map<String, Object> put(Map<?, ?> object, LayerNode node, String path) {
        Map<String, Object> out = copy(object);
        if (object.get("config") instanceof Map<?, ?> config) {
            Optional<byte[]> file = program.asset(path, Vocabulary.FILE);
            out.put("config", file.isPresent() ? lookup(config, node, path, file.get()) : layers(config, node, path));
        }
        return out;
    }

    private Map<?, ?> layers(Map<?, ?> config, LayerNode node, String path) {
        boolean model = node.layer() instanceof Functional || node.layer() instanceof Sequential;
        if (!model || !(config.get("layers") instanceof List<?> list)) {
            return config;
        }
        List<Child> children = node.layer().children(node.policy());
        List<Object> layers = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            LayerNode child = children.get(i).node();
            layers.add(put((Map<?, ?>) list.get(i), child, Lowering.path(path, child)));
        }
        Map<String, Object> out = copy(config);
        out.put("layers", layers);
        return out;
    }

    private Map<String, Object> lookup(Map<?, ?> config, LayerNode node, String path, byte[] file) {
        Map<String, Object> out = copy(config);
        out.put("vocabulary", Vocabulary.lines(file, node.layer() instanceof IntegerLookup, path));
        for (Weight w : program.weights(path)) {
            Tensor idf = values.apply(Lowering.key(path, w));
            List<Object> weights = new ArrayList<>();
            for (int i = 0; i < idf.size(); i++) {
                weights.add(idf.getDouble(i));
            }
            out.put("idf_weights", weights);
        }
        return out;
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> out = new LinkedHashMap<>();
        map.forEach((key, value) -> out.put((String) key, value));
        return out;
    }
}
