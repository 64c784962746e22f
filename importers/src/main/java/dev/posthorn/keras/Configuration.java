package dev.posthorn.keras;

import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.keras.operation.OperationLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a model as a container holds it, in the dialect in which it was read: as it stood, with what was not
 * understood.
 */
final class Configuration {
    private Configuration() {}

    /** For archives of Keras 3, where every object names its Python module. */
    static Map<String, Object> archive(KerasProgram program) {
        Origin origin = program.origin();
        if (origin.ofArchive()) {
            Map<String, Object> config = copy(origin.config());
            config.remove("compile_config");
            return trainable(config, program.root());
        }
        return trainable(named(origin.config(), program.root()), program.root());
    }

    /** For {@code .h5}, where layers do not name their modules. */
    static Map<String, Object> h5(KerasProgram program) {
        Origin origin = program.origin();
        Map<String, Object> config =
                origin.ofArchive() ? plain(origin.config(), program.root()) : copy(origin.config());
        return trainable(config, program.root());
    }

    /** Without modules, but of operations: those Keras finds by their module alone. */
    static Map<String, Object> plain(Map<?, ?> object, LayerNode node) {
        Map<String, Object> out = new LinkedHashMap<>();
        boolean operation = node.layer() instanceof OperationLayer;
        object.forEach((key, value) -> {
            switch ((String) key) {
                case "module", "registered_name" -> {
                    if (operation) {
                        out.put((String) key, value);
                    }
                }
                case "class_name" -> {
                    boolean registered = object.get("registered_name") instanceof String r && r.contains(">");
                    out.put(
                            "class_name",
                            registered
                                    ? object.get("registered_name")
                                    : node.layer().sourceName());
                }
                case "config" -> out.put("config", layers(unshared(value), node, Configuration::plain));
                case "build_config", "compile_config" -> {}
                default -> out.put((String) key, value);
            }
        });
        return out;
    }

    /** With the modules of layers, operations and models. */
    private static Map<String, Object> named(Map<?, ?> object, LayerNode node) {
        Layer layer = node.layer();
        String name = layer instanceof Functional ? "Functional" : layer.exportedName();
        boolean own = layer instanceof Functional
                || layer instanceof OperationLayer
                || !layer.module().equals(Modules.LAYERS);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put(
                "module",
                layer instanceof Functional
                        ? "keras.src.models.functional"
                        : layer instanceof Sequential
                                ? "keras"
                                : layer instanceof OperationLayer ? Modules.ofOperation(name) : layer.module());
        out.put("class_name", name);
        out.put("config", layers(object.get("config"), node, Configuration::named));
        out.put("registered_name", own ? name : null);
        object.forEach((key, value) -> out.putIfAbsent((String) key, value));
        return out;
    }

    private interface Each {
        Map<String, Object> apply(Map<?, ?> object, LayerNode node);
    }

    /** A model's inner configuration with each of its layers' objects replaced; that of another layer as it stands. */
    private static Object layers(Object config, LayerNode node, Each each) {
        List<Child> children = node.layer().children(node.policy());
        boolean model = node.layer() instanceof Functional || node.layer() instanceof Sequential;
        if (!model || !(config instanceof Map<?, ?> m) || !(m.get("layers") instanceof List<?> list)) {
            return config;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        m.forEach((k, v) -> out.put((String) k, v));
        List<Object> layers = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            layers.add(each.apply((Map<?, ?>) list.get(i), children.get(i).node()));
        }
        out.put("layers", layers);
        return out;
    }

    /** As it stands, but for {@code trainable}, which training may have set. */
    private static Map<String, Object> trainable(Map<?, ?> object, LayerNode node) {
        Map<String, Object> out = copy(object);
        Object inner = layers(object.get("config"), node, Configuration::trainable);
        if (inner instanceof Map<?, ?> m) {
            boolean was = !(m.get("trainable") instanceof Boolean b) || b;
            Map<String, Object> config = copy(m);
            if (was != node.trainable()) {
                config.put("trainable", node.trainable());
            }
            inner = config;
        }
        out.put("config", inner);
        return out;
    }

    private static Map<String, Object> copy(Map<?, ?> object) {
        Map<String, Object> out = new LinkedHashMap<>();
        object.forEach((k, v) -> out.put((String) k, v));
        return out;
    }

    /** Without the marks of objects that an archive's configuration shares. */
    private static Object unshared(Object json) {
        if (json instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            m.forEach((k, v) -> {
                if (!"shared_object_id".equals(k)) {
                    out.put(k, unshared(v));
                }
            });
            return out;
        }
        if (json instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(v -> out.add(unshared(v)));
            return out;
        }
        return json;
    }
}
