package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.layer.Ends;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.Functional.Step;
import dev.posthorn.keras.layer.Functional.TensorRef;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.keras.operation.TFOpLambda;
import dev.posthorn.model.ModelFormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the configuration of a model: the layers, and how they are connected. */
final class ModelReader {
    private ModelReader() {}

    /** Whether a configuration is that of a model, of whatever class. */
    static boolean isModel(Map<?, ?> json, Map<String, Object> config) {
        return config.get("layers") instanceof List<?> && !"StackedRNNCells".equals(json.get("class_name"));
    }

    static Layer read(String className, Map<String, Object> config, FieldType.Context c) {
        List<LayerNode> layers = new ArrayList<>();
        List<?> list = (List<?>) config.get("layers");
        for (int i = 0; i < list.size(); i++) {
            FieldType.Context at = c.below("layers[" + i + "]");
            layers.add(LayerReader.read(object(list.get(i), at.path()), at));
        }
        return config.containsKey("input_layers")
                ? new Graph(className, config, layers, c).read()
                : new Sequential(layers, sequentialInput(config, layers));
    }

    /** The input of a Sequential, from wherever its version of Keras put it; null where it was never built. */
    private static TensorType sequentialInput(Map<String, Object> config, List<LayerNode> layers) {
        if (!layers.isEmpty() && layers.get(0).layer() instanceof InputLayer in) {
            return in.type();
        }
        Object shape = config.get("build_input_shape");
        DType dtype = DType.FLOAT32;
        if (!((List<?>) config.get("layers")).isEmpty()) {
            Map<String, Object> first = LayerReader.config(object(((List<?>) config.get("layers")).get(0), ""), "");
            for (String key : List.of("batch_shape", "batch_input_shape")) {
                shape = first.get(key) instanceof List<?> l ? l : shape;
            }
            if (shape == null
                    && ((List<?>) config.get("layers")).get(0) instanceof Map<?, ?> layer
                    && layer.get("build_config") instanceof Map<?, ?> built) {
                shape = built.get("input_shape");
            }
            if (!layers.isEmpty() && layers.get(0).layer() instanceof Sequential inner && inner.input() != null) {
                return inner.input();
            }
            dtype = first.get("dtype") instanceof String s && !s.startsWith("mixed")
                    ? DType.ofKeras(s).orElse(dtype)
                    : dtype;
        }
        if (!(shape instanceof List<?> dims) || !dims.stream().allMatch(d -> d == null || d instanceof Number)) {
            return null;
        }
        return TensorType.of(
                dtype,
                dims.stream()
                        .mapToInt(d -> d == null ? Shape.UNKNOWN : ((Number) d).intValue())
                        .toArray());
    }

    static Map<?, ?> object(Object json, String path) {
        if (json instanceof Map<?, ?> m) {
            return m;
        }
        throw new ModelFormatException("model: expected an object but was " + json + ", at " + path);
    }

    /** The reading of one Functional model's connections. */
    private static final class Graph {
        private final String className;
        private final Map<String, Object> config;
        private final List<LayerNode> layers;
        private final FieldType.Context c;
        private final Map<String, LayerNode> byName = new LinkedHashMap<>();
        private final Map<String, Integer> calls = new HashMap<>();

        Graph(String className, Map<String, Object> config, List<LayerNode> layers, FieldType.Context c) {
            this.className = className;
            this.config = config;
            this.layers = layers;
            this.c = c;
        }

        Functional read() {
            List<?> list = (List<?>) config.get("layers");
            for (int i = 0; i < list.size(); i++) {
                Map<?, ?> json = object(list.get(i), c.path());
                if (byName.put(name(json, i), layers.get(i)) != null) {
                    throw new ModelFormatException(
                            "model: expected unique layer names but was '" + name(json, i) + "' twice, at " + c.path());
                }
                calls.put(name(json, i), json.get("inbound_nodes") instanceof List<?> nodes ? nodes.size() : 0);
            }
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                Map<?, ?> json = object(list.get(i), c.path());
                List<?> nodes = json.get("inbound_nodes") instanceof List<?> l ? l : List.of();
                for (int k = 0; k < nodes.size(); k++) {
                    steps.add(step(name(json, i), k, nodes.get(k)));
                }
            }
            Ends takes = ends("input_layers");
            Ends gives = ends("output_layers");
            return new Functional(
                    className, layers, CallOrder.of(ordered(steps), takes.flat(), gives.flat()), takes, gives);
        }

        private String name(Map<?, ?> json, int i) {
            return json.get("name") instanceof String s ? s : layers.get(i).name();
        }

        private Step step(String layer, int index, Object node) {
            if (node instanceof Map<?, ?> m && m.get("args") instanceof List<?> args) { // Keras 3
                Map<String, Object> kwargs = new LinkedHashMap<>();
                if (m.get("kwargs") instanceof Map<?, ?> given) {
                    given.forEach((k, v) -> kwargs.put((String) k, keras3(v)));
                }
                return new Step(layer, index, args.stream().map(this::keras3).toList(), kwargs, false);
            }
            Map<String, Object> kwargs = new LinkedHashMap<>();
            if (node instanceof Map<?, ?>) { // a model whose inputs have names
                return new Step(layer, index, List.of(argument2(node, kwargs, layer)), kwargs, true);
            }
            List<?> entries = node instanceof List<?> l ? l : List.of(node);
            boolean bare = entries.isEmpty() || !(entries.get(0) instanceof List<?>);
            if (entries.size() >= 3 && entries.get(0) instanceof String) {
                entries = List.of(entries);
            }
            List<Object> tensors = new ArrayList<>();
            entries.forEach(entry -> tensors.add(argument2(entry, kwargs, layer)));
            boolean single = bare || !(byName.get(layer).layer() instanceof TFOpLambda); // whose lists of one are lists
            boolean one = single
                    && entries.size() == 1
                    && (entries.get(0) instanceof Map<?, ?> || isLeaf((List<?>) entries.get(0)));
            return new Step(layer, index, List.of(one ? tensors.get(0) : tensors), kwargs, true);
        }

        /** A tensor or a constant in place of one, with all other arguments after it; or a list or a map of such. */
        private Object argument2(Object entry, Map<String, Object> kwargs, String layer) {
            if (entry instanceof Map<?, ?> m) {
                Map<Object, Object> named = new LinkedHashMap<>();
                m.forEach((k, v) -> named.put(k, argument2(v, kwargs, layer)));
                return named;
            }
            if (!(entry instanceof List<?> e)) {
                throw new ModelFormatException(
                        "model: expected [layer, node, tensor] but was " + entry + ", at " + c.path() + "." + layer);
            }
            if (!isLeaf(e)) {
                List<Object> several = new ArrayList<>();
                e.forEach(part -> several.add(argument2(part, kwargs, layer)));
                return several;
            }
            if (e.size() > 3 && e.get(3) instanceof Map<?, ?> given) {
                given.forEach((k, v) -> kwargs.putIfAbsent((String) k, keras2(v)));
            }
            return isConstant(e) ? e.get(2) : ref(e, true);
        }

        private static boolean isConstant(List<?> l) {
            return l.size() > 2 && "_CONSTANT_VALUE".equals(l.get(0));
        }

        private static boolean isLeaf(List<?> l) {
            return isConstant(l) || isRef(l);
        }

        /** An argument as Keras 3 writes it, with references for its tensors. */
        private Object keras3(Object json) {
            if (json instanceof Map<?, ?> m) {
                if ("__keras_tensor__".equals(m.get("class_name"))
                        && m.get("config") instanceof Map<?, ?> t
                        && t.get("keras_history") instanceof List<?> history) {
                    return ref(history, false);
                }
                Map<Object, Object> out = new LinkedHashMap<>();
                m.forEach((k, v) -> out.put(k, keras3(v)));
                return out;
            }
            if (json instanceof List<?> l) {
                List<Object> out = new ArrayList<>();
                l.forEach(v -> out.add(keras3(v)));
                return out;
            }
            return json;
        }

        /** A keyword argument of Keras 2: {@code [layer, node, tensor]} is a tensor where such a layer exists. */
        private Object keras2(Object json) {
            if (json instanceof List<?> l) {
                if (isRef(l) && byName.containsKey(l.get(0))) {
                    return ref(l, true);
                }
                List<Object> out = new ArrayList<>();
                l.forEach(v -> out.add(keras2(v)));
                return out;
            }
            if (json instanceof Map<?, ?> m) {
                Map<Object, Object> out = new LinkedHashMap<>();
                m.forEach((k, v) -> out.put(k, keras2(v)));
                return out;
            }
            return json;
        }

        private static boolean isRef(List<?> l) {
            return l.size() >= 3
                    && l.get(0) instanceof String
                    && l.get(1) instanceof Number
                    && l.get(2) instanceof Number;
        }

        /** A reference; where {@code offset}, calls of nested models count from 1, for their own graph is their first node. */
        private TensorRef ref(List<?> l, boolean offset) {
            String layer = (String) l.get(0);
            LayerNode node = byName.get(layer);
            if (node == null) {
                throw new ModelFormatException(
                        "model: expected a layer of the model but was '" + layer + "', at " + c.path());
            }
            int index = ((Number) l.get(1)).intValue();
            int shift = offset && startsWithOwnNode(node.layer()) || index >= Math.max(calls.get(layer), 1) ? 1 : 0;
            return new TensorRef(layer, Math.max(index - shift, 0), ((Number) l.get(2)).intValue());
        }

        private boolean startsWithOwnNode(Layer layer) {
            return layer instanceof Functional
                    || c.dialect() != Dialect.KERAS3 && layer instanceof Sequential s && s.input() != null;
        }

        /** {@code input_layers} and {@code output_layers}: one reference, or a structure of them. */
        private Ends ends(String key) {
            Ends ends = new Ends(end(config.get(key), key));
            if (ends.flat().isEmpty()) {
                throw new ModelFormatException("model: expected '" + key + "' to name tensors but was "
                        + config.get(key) + ", at " + c.path());
            }
            return ends;
        }

        private Object end(Object json, String key) {
            if (json instanceof List<?> l) {
                return isRef(l)
                        ? ref(l, true)
                        : l.stream().map(e -> end(e, key)).toList();
            }
            if (json instanceof Map<?, ?> m) {
                Map<String, Object> out = new LinkedHashMap<>();
                m.forEach((k, v) -> out.put((String) k, end(v, key)));
                return out;
            }
            throw new ModelFormatException(
                    "model: expected '" + key + "' to name tensors but was " + config.get(key) + ", at " + c.path());
        }

        /** The calls in an order in which each one's tensors exist; calls that nothing can feed are an error. */
        private List<Step> ordered(List<Step> steps) {
            Map<String, Integer> done = new HashMap<>();
            layers.forEach(n -> done.put(n.name(), n.layer() instanceof InputLayer ? 1 : 0));
            List<Step> open = new ArrayList<>(steps);
            List<Step> order = new ArrayList<>();
            while (!open.isEmpty()) {
                int before = open.size();
                open.removeIf(s -> {
                    boolean ready = s.node() == done.getOrDefault(s.layer(), 0)
                            && CallOrder.tensors(List.of(s.args(), s.kwargs())).stream()
                                    .allMatch(r -> r.node() < done.getOrDefault(r.layer(), 0));
                    if (ready) {
                        order.add(s);
                        done.merge(s.layer(), 1, Integer::sum);
                    }
                    return ready;
                });
                if (open.size() == before) {
                    throw new ModelFormatException(
                            "model: expected an acyclic graph of layers but was a cycle or a missing layer, at "
                                    + c.path() + "." + open.get(0).layer());
                }
            }
            return order;
        }
    }
}
