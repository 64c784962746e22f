package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.layer.Ends;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.Functional.Step;
import dev.posthorn.keras.layer.Functional.TensorRef;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.model.Model;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import dev.posthorn.train.StoredTraining;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Makes a new model of an old one: cut at a layer, with other layers in place of some, with new ones at its end. Layers that
 * stay keep their weights; new ones start as their initializers say. The old model stays as it is.
 *
 * <pre>{@code
 * Model tuned = ModelEdit.of(model)
 *     .cutAt("flatten")
 *     .append("head", "Dense", Map.of("units", 5, "activation", "softmax"))
 *     .build(42);
 * }</pre>
 */
public final class ModelEdit {
    private final Model model;
    private final KerasProgram program;
    private final Set<String> fresh = new HashSet<>();
    private Layer layer;

    private ModelEdit(Model model, KerasProgram program) {
        this.model = model;
        this.program = program;
        this.layer = program.root().layer();
    }

    /** Begins with a model of Keras. */
    public static ModelEdit of(Model model) {
        if (model.program() instanceof KerasProgram p) {
            return new ModelEdit(model, p);
        }
        throw new UnsupportedModelException("edit: expected a model of Keras but was another, at " + model.name());
    }

    private LayerNode found(String name) {
        return layer.children(DTypePolicy.FLOAT32).stream()
                .map(Child::node)
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("edit: expected one of the layers "
                        + layer.children(DTypePolicy.FLOAT32).stream()
                                .map(c -> c.node().name())
                                .toList()
                        + " but was '" + name + "', at " + program.name()));
    }

    /** What this layer gives in its first call becomes the output; what only came after it is left out. */
    public ModelEdit cutAt(String name) {
        LayerNode last = found(name);
        if (layer instanceof Sequential s) {
            layer = new Sequential(s.layers().subList(0, s.layers().indexOf(last) + 1), s.input());
        } else {
            Functional f = (Functional) layer;
            layer = pruned(f, List.of(new TensorRef(name, 0, 0)));
        }
        return this;
    }

    /** The part of a graph that these outputs need. */
    private static Functional pruned(Functional f, List<TensorRef> outputs) {
        Set<TensorRef> needed = new HashSet<>(outputs);
        List<Step> steps = new ArrayList<>();
        for (int i = f.steps().size() - 1; i >= 0; i--) { // each step stands after those that it needs
            Step s = f.steps().get(i);
            if (needed.stream().anyMatch(r -> r.layer().equals(s.layer()) && r.node() == s.node())) {
                steps.add(0, s);
                KerasTensor.map(List.of(s.args(), s.kwargs()), leaf -> {
                    if (leaf instanceof TensorRef r) {
                        needed.add(r);
                    }
                    return leaf;
                });
            }
        }
        Set<String> names = steps.stream().map(Step::layer).collect(Collectors.toSet());
        List<TensorRef> inputs = f.inputs().stream().filter(needed::contains).toList();
        inputs.forEach(r -> names.add(r.layer()));
        Ends takes = inputs.size() == f.inputs().size() ? f.takes() : Ends.of(inputs);
        return new Functional(
                f.className(),
                f.layers().stream().filter(n -> names.contains(n.name())).toList(),
                steps,
                takes,
                Ends.of(outputs));
    }

    /** Puts a layer of this configuration, as Keras 3 writes it, after the only output. */
    public ModelEdit append(String name, String className, Map<String, ?> config) {
        return append(name, decoded(name, className, config));
    }

    /** Puts a layer after the only output. */
    public ModelEdit append(String name, Layer added) {
        Predicate<Child> same = c -> c.node().name().equals(name);
        if (layer.children(DTypePolicy.FLOAT32).stream().anyMatch(same)) {
            throw new IllegalArgumentException(
                    "edit: expected a name that is new but was '" + name + "', at " + program.name());
        }
        LayerNode node = new LayerNode(name, added, program.root().policy(), true, Map.of());
        if (layer instanceof Sequential s) {
            List<LayerNode> layers = new ArrayList<>(s.layers());
            layers.add(node);
            layer = new Sequential(layers, s.input());
        } else {
            Functional f = (Functional) layer;
            if (f.outputs().size() != 1) {
                throw new IllegalArgumentException("edit: expected a model of one output but was "
                        + f.outputs().size() + ", at " + program.name() + " (cut it at a layer first)");
            }
            List<LayerNode> layers = new ArrayList<>(f.layers());
            layers.add(node);
            List<Step> steps = new ArrayList<>(f.steps());
            steps.add(new Step(name, 0, List.of(f.outputs().get(0)), Map.of(), false));
            layer = new Functional(f.className(), layers, steps, f.takes(), new Ends(new TensorRef(name, 0, 0)));
        }
        fresh.add(name);
        return this;
    }

    /** Puts a layer of this configuration in the place of one; its weights start anew. */
    public ModelEdit replace(String name, String className, Map<String, ?> config) {
        return replace(name, decoded(name, className, config));
    }

    /** Puts a layer in the place of one; its weights start anew. */
    public ModelEdit replace(String name, Layer other) {
        LayerNode old = found(name);
        if (old.layer() instanceof InputLayer) {
            throw new IllegalArgumentException("edit: expected a layer but was the input '" + name + "'");
        }
        layer = layer.withChildren(n -> n == old ? new LayerNode(name, other, n.policy(), true, Map.of()) : n);
        fresh.add(name);
        return this;
    }

    private static Layer decoded(String name, String className, Map<String, ?> config) {
        Codec<? extends Layer> codec = KerasLayers.codec(className)
                .orElseThrow(() -> new UnsupportedModelException(
                        "edit: expected the class of a supported layer but was '" + className + "'"));
        Codec.Decoded<? extends Layer> decoded = codec.decode(new LinkedHashMap<>(config), Dialect.KERAS3, name);
        if (!decoded.unknown().isEmpty()) {
            throw new IllegalArgumentException("edit: expected keys of " + className + " but was "
                    + decoded.unknown().keySet() + ", at layer '" + name + "'");
        }
        return decoded.value();
    }

    /**
     * The new model.
     *
     * @param seed decides the first values of new weights
     */
    public Model build(long seed) {
        LayerNode old = program.root();
        LayerNode root = new LayerNode(old.name(), layer, old.policy(), old.trainable(), old.carried());
        KerasProgram edited = program.with(root);
        Map<String, Tensor> values = new LinkedHashMap<>(edited.states());
        edited.firstValues(seed).forEach(values::put);
        Map<String, Tensor> now = model.variables().snapshot().values();
        for (Variable v : edited.variables()) {
            Tensor kept = now.get(v.key());
            boolean isFresh = fresh.stream().anyMatch(name -> v.key().startsWith(name + "/"));
            if (!isFresh && kept != null && kept.type().equals(v.type())) {
                values.put(v.key(), kept);
            } else if (!isFresh && v.stored()) {
                throw new IllegalArgumentException("edit: expected weights " + v.type() + " but was "
                        + (kept == null ? "none" : kept.type()) + ", at " + v.key()
                        + " (replace the layer, so that it starts anew)");
            }
        }
        Model built = Model.of(
                edited,
                new Variables(edited.variables(), values),
                model.backend().name());
        built.training(StoredTraining.NONE);
        return built;
    }
}
