package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.layer.Bidirectional;
import dev.posthorn.keras.layer.Ends;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.Functional.Step;
import dev.posthorn.keras.layer.Functional.TensorRef;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.Recurrent;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.keras.operation.TFOpLambda;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Writes the configuration of a model from its layers, as {@link ModelReader} reads it. */
final class ModelWriter {
    /** Where what an output of a layer is can be looked up; empty where it is not known. */
    interface Types {
        Optional<TensorType> of(TensorRef ref);
    }

    private static final Types UNKNOWN = ref -> Optional.empty();

    private final FieldType.Context c;
    private final boolean keras3;
    private final List<String> problems = new ArrayList<>();

    private ModelWriter(FieldType.Context c) {
        this.c = c.losing(problems::add);
        this.keras3 = c.dialect() == Dialect.KERAS3;
    }

    /** The configuration object of a model, where {@code node} is one. */
    static Optional<Map<String, Object>> write(LayerNode node, FieldType.Context c) {
        return write(node, c, UNKNOWN);
    }

    static Optional<Map<String, Object>> write(LayerNode node, FieldType.Context c, Types types) {
        ModelWriter w = new ModelWriter(c.below(node.name()));
        Optional<Map<String, Object>> written = node.layer() instanceof Functional f
                ? Optional.of(w.functional(node, f, types))
                : node.layer() instanceof Sequential s ? Optional.of(w.sequential(node, s)) : Optional.empty();
        if (!w.problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected a model that " + c.dialect() + " has but was another: "
                            + String.join("; ", w.problems),
                    w.problems);
        }
        return written;
    }

    /** What is written for a part of the model; null where it cannot be, which is noted. */
    private <T> T noted(Supplier<T> write) {
        try {
            return write.get();
        } catch (UnsupportedModelException e) {
            problems.addAll(e.reasons());
            return null;
        }
    }

    private Map<String, Object> layer(LayerNode node) {
        Map<String, Object> json = noted(() -> LayerWriter.write(node, c));
        return json == null ? new LinkedHashMap<>() : json;
    }

    private Map<String, Object> sequential(LayerNode node, Sequential s) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", node.name());
        if (keras3) {
            config.put("trainable", node.trainable());
            config.put("dtype", node.policy().json());
        }
        List<Object> layers = new ArrayList<>();
        boolean given = !s.layers().isEmpty() && s.layers().get(0).layer() instanceof InputLayer;
        if (s.input() != null && !given) {
            List<Integer> shape = new ArrayList<>();
            for (int d : s.input().shape().dims()) {
                shape.add(d < 0 ? null : d);
            }
            InputLayer input = new InputLayer(shape, s.input().dtype(), false, false, false);
            layers.add(layer(new LayerNode("input_layer", input, DTypePolicy.FLOAT32, true, Map.of())));
        }
        s.layers().forEach(n -> layers.add(layer(n)));
        config.put("layers", layers);
        return object("keras", "Sequential", config, null);
    }

    private Map<String, Object> functional(LayerNode node, Functional f, Types types) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", node.name());
        if (keras3) {
            config.put("trainable", node.trainable());
        }
        List<Object> layers = new ArrayList<>();
        for (LayerNode layer : f.layers()) {
            Map<String, Object> json = layer(layer);
            json.put("name", layer.name());
            json.put(
                    "inbound_nodes",
                    f.steps().stream()
                            .filter(s -> s.layer().equals(layer.name()))
                            .sorted(Comparator.comparingInt(Step::node))
                            .map(s -> noted(() -> keras3 ? step3(s, f, types) : step2(s, f)))
                            .filter(Objects::nonNull)
                            .toList());
            layers.add(json);
        }
        config.put("layers", layers);
        config.put("input_layers", ends(f.takes(), f));
        config.put("output_layers", ends(f.gives(), f));
        return object("keras.src.models.functional", "Functional", config, "Functional");
    }

    private Map<String, Object> object(String module, String name, Map<String, Object> config, String registered) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (keras3) {
            object.put("module", module);
        }
        object.put("class_name", name);
        object.put("config", config);
        if (keras3) {
            object.put("registered_name", registered);
        }
        return object;
    }

    private Object ends(Ends ends, Functional f) {
        boolean alone = ends.structure() instanceof TensorRef && !keras3;
        return KerasTensor.map(
                alone ? List.of(ends.structure()) : ends.structure(), r -> reference((TensorRef) r, f, true));
    }

    /** {@code [layer, node, tensor]}; where {@code own} counts, the graph of a nested model itself is its first node. */
    private List<Object> reference(TensorRef ref, Functional f, boolean own) {
        Layer layer = f.layer(ref.layer()).layer();
        boolean first = layer instanceof Functional || !keras3 && layer instanceof Sequential;
        return List.of(ref.layer(), ref.node() + (own && first ? 1 : 0), ref.tensor());
    }

    private Map<String, Object> step3(Step step, Functional f, Types types) {
        if (step.ownTraining() && step.kwargs().get("training") != null) {
            throw new UnsupportedModelException(
                    "call with training=" + step.kwargs().get("training")
                            + ", which Keras 3 replaces by that of the model, at " + c.path() + "." + step.layer());
        }
        List<Object> args = new ArrayList<>(step.args());
        Map<String, Object> kwargs = new LinkedHashMap<>(step.kwargs());
        Layer layer = f.layer(step.layer()).layer();
        boolean recurrent = layer instanceof Recurrent || layer instanceof Bidirectional;
        if (recurrent && args.size() == 1 && args.get(0) instanceof List<?> l && l.size() > 1) { // as Keras 2 has it
            args.set(0, l.get(0));
            kwargs.put("initial_state", l.subList(1, l.size()));
        }
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("args", argument3(args, f, types));
        node.put("kwargs", argument3(kwargs, f, types));
        return node;
    }

    private Object argument3(Object value, Functional f, Types types) {
        if (value instanceof TensorRef ref) {
            Map<String, Object> config = new LinkedHashMap<>();
            Optional<TensorType> type = types.of(ref);
            List<Object> shape = new ArrayList<>();
            type.filter(t -> t.shape().isRanked()).ifPresent(t -> {
                for (int d : t.shape().dims()) {
                    shape.add(d < 0 ? null : d);
                }
            });
            config.put("shape", shape);
            config.put("dtype", type.map(t -> t.dtype().keras()).orElse("float32"));
            config.put("keras_history", reference(ref, f, false));
            Map<String, Object> tensor = new LinkedHashMap<>();
            tensor.put("class_name", "__keras_tensor__");
            tensor.put("config", config);
            return tensor;
        }
        return mapped(value, v -> argument3(v, f, types));
    }

    /** A call as Keras 2 writes it: its tensors, with all other arguments after each; a function's in their structure. */
    private List<Object> step2(Step step, Functional f) {
        Layer layer = f.layer(step.layer()).layer().in(c.dialect());
        List<String> names = layer.arguments();
        int given = step.args().size();
        if (given < 1 || given > 1 + names.size()) {
            throw new UnsupportedModelException("call with " + given
                    + " arguments by position, where Keras 2 has one" + (names.isEmpty() ? "" : " and by name " + names)
                    + ", at " + c.path() + "." + step.layer());
        }
        Set<String> unknown = new TreeSet<>(step.kwargs().keySet());
        unknown.retainAll(layer.newArguments());
        if (!unknown.isEmpty()) {
            throw new UnsupportedModelException("call with arguments " + unknown + ", which Keras 2 does not have, at "
                    + c.path() + "." + step.layer());
        }
        Map<String, Object> kwargs = new LinkedHashMap<>();
        for (int i = 1; i < given; i++) {
            kwargs.put(names.get(i - 1), step.args().get(i));
        }
        kwargs.putAll(step.kwargs());
        if (!(layer instanceof TFOpLambda)) {
            kwargs.remove("mask", null); // in Keras 2 it is no mask, also where the tensor carries one
        }
        List<?> tensors =
                step.args().get(0) instanceof List<?> l ? l : step.args().subList(0, 1);
        List<List<Object>> node = new ArrayList<>();
        for (Object t : tensors) {
            if (!(t instanceof TensorRef ref)) {
                String what = t instanceof Map<?, ?> ? "a dictionary" : t instanceof List<?> ? "a list" : "" + t;
                throw new UnsupportedModelException("call with " + what
                        + " by position, where Keras 2 has tensors only, at " + c.path() + "." + step.layer());
            }
            List<Object> entry = new ArrayList<>(reference(ref, f, true));
            entry.add(argument2(kwargs, f)); // Keras 2 takes those of the last
            node.add(entry);
        }
        boolean alone = layer instanceof TFOpLambda && step.args().get(0) instanceof TensorRef;
        return alone ? node.get(0) : List.copyOf(node);
    }

    private Object argument2(Object value, Functional f) {
        if (value instanceof Map<?, ?> m && m.containsKey("class_name")) {
            throw new UnsupportedModelException(
                    "call with an argument " + m.get("class_name") + ", which Keras 2 does not write, at " + c.path());
        }
        return value instanceof TensorRef ref ? reference(ref, f, true) : mapped(value, v -> argument2(v, f));
    }

    private static Object mapped(Object value, UnaryOperator<Object> each) {
        if (value instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(v -> out.add(each.apply(v)));
            return Collections.unmodifiableList(out);
        }
        if (value instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            m.forEach((k, v) -> out.put(k, each.apply(v)));
            return out;
        }
        return value;
    }
}
