package dev.posthorn.keras;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.layout.NamedLayout;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.tensorflow.NotedLayers;
import dev.posthorn.tensorflow.TensorFlowProgram;
import dev.posthorn.train.StoredTraining;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A SavedModel of Keras 2 as a model of layers, as its notes say it; the variables have the graph's values. */
record LayersOfGraph(KerasProgram program, Variables.Snapshot values) {
    private static final String NAME = "name";

    /**
     * The layers.
     *
     * @param training whether what the file keeps of training is wanted, which the notes say in part only
     */
    static LayersOfGraph of(TensorFlowProgram graph, Variables.Snapshot values, boolean training) throws IOException {
        NotedLayers noted = NotedLayers.of(graph)
                .orElseThrow(() -> new UnsupportedModelException("save: expected a model of Keras layers but was"
                        + " TensorFlow's graph '" + graph.name()
                        + "', beside which Keras notes none (a SavedModel holds"
                        + " it: a name without an ending; posthorn weights export has its weights)"));
        Map<String, Object> model = Json.object(noted.model(), noted.where());
        if (training && model.get("training_config") != null) {
            throw new UnsupportedModelException(
                    "save: expected a SavedModel without training, of which its notes do not"
                            + " have the optimizer's state, but was a compiled one, at " + noted.where()
                            + " (save without it: --no-optimizer)");
        }
        KerasFile file = file(noted, model);
        LayerNode root = KerasFormat.root(file, Bindings.NONE);
        KerasFormat.check(root, noted.where());
        List<String> assets =
                PathLayout.assets(root).stream().map(PathLayout.Asset::key).toList();
        if (!assets.isEmpty()) {
            throw new UnsupportedModelException("save: expected layers whose state is in variables but was " + assets
                    + " in tables, at " + noted.where());
        }
        KerasProgram program =
                new KerasProgram(root, Map.of(), Sharing.NONE, StoredTraining.NONE, p -> origin(file), noted.where());
        Variables variables = new Variables(program.variables(), program.states());
        variables.set(weights(program, noted, values));
        return new LayersOfGraph(program, variables.snapshot());
    }

    private static KerasFile file(NotedLayers noted, Map<String, Object> model) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("class_name", model.get("class_name"));
        config.put("config", plain(model.get("config")));
        Map<String, String> producer = Map.of("Keras", String.valueOf(model.getOrDefault("keras_version", "2")));
        return new KerasFile(noted.where(), config, producer, Map.of(), Optional.empty(), () -> {});
    }

    private static Origin origin(KerasFile file) {
        return new Origin(
                file.dialect(), file.config(), file.producer(), () -> file, Set.of(), Set.of(), Origin.Names.NONE);
    }

    /** Without the wrappers that keep tuples and shapes apart from lists. Source: keras/saving/legacy/saved_model/json_utils.py. */
    private static Object plain(Object json) {
        if (json instanceof Map<?, ?> m) {
            if (m.get("items") instanceof List<?> items
                    && ("__tuple__".equals(m.get("class_name")) || "TensorShape".equals(m.get("class_name")))) {
                return plain(items);
            }
            Map<String, Object> out = new LinkedHashMap<>();
            m.forEach((key, value) -> out.put((String) key, plain(value)));
            return out;
        }
        if (json instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(v -> out.add(plain(v)));
            return out;
        }
        return json;
    }

    /** The values of the layers' variables, in the order that {@code .h5} files have too. */
    private static Map<String, Tensor> weights(KerasProgram program, NotedLayers noted, Variables.Snapshot values) {
        Map<String, List<String>> stored = new LinkedHashMap<>();
        noted.variables()
                .forEach((about, keys) -> stored.put(
                        String.valueOf(Json.object(about, noted.where()).get(NAME)), keys));
        Map<String, Tensor> weights = new LinkedHashMap<>();
        new NamedLayout().keys(program).forEach((layer, keys) -> {
            List<String> own = stored.getOrDefault(layer, List.of());
            if (own.size() != keys.size()) {
                throw new ModelFormatException("weights: expected " + keys.size() + " variables " + keys + " but was "
                        + own + ", at " + noted.where() + "!/" + layer);
            }
            for (int i = 0; i < keys.size(); i++) {
                weights.put(keys.get(i), values.get(own.get(i)));
            }
        });
        return weights;
    }
}
