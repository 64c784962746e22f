package dev.posthorn.keras;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.model.Mode;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.train.regularizer.Regularizer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The making of one graph from a model's layers: what all of their calls share. */
public final class Lowering {
    /** What the layers of Keras call their first argument, which a call may give by that name. */
    private static final List<String> FIRST = List.of("inputs", "query", "sequences", "sequence", "data", "x");

    private final Builder root;
    private final Map<String, byte[]> assets;
    private final Sharing sharing;
    private final Map<String, List<Weight>> weights = new LinkedHashMap<>();
    private final Map<String, List<List<Value>>> outputs = new LinkedHashMap<>();
    private final Map<String, List<TensorType>> types = new LinkedHashMap<>();
    private final Map<String, Value> updates = new LinkedHashMap<>();
    private final List<Value> losses = new ArrayList<>();
    private Builder builder;
    private boolean training;
    private boolean penalised;
    private Apart apart = Apart.NONE;

    Lowering(Builder builder, Mode mode) {
        this(builder, mode, Map.of(), Sharing.NONE);
    }

    Lowering(Builder builder, Mode mode, Map<String, byte[]> assets, Sharing sharing) {
        this.assets = assets;
        this.sharing = sharing;
        this.root = builder;
        this.builder = builder;
        this.training = mode == Mode.TRAINING;
    }

    Builder builder() {
        return builder;
    }

    boolean training() {
        return training;
    }

    /** The path of a layer inside of another; the root's own name is no part of paths. */
    static String path(String parent, LayerNode node) {
        return parent == null ? "" : parent.isEmpty() ? node.name() : parent + "/" + node.name();
    }

    <T> T within(Builder body, Supplier<T> write) {
        Builder outer = builder;
        builder = body;
        try {
            return body.scoped(outer.scope(), write);
        } finally {
            builder = outer;
        }
    }

    /** A call of a layer that stands at {@code parent} (null for the root), ready to be made; {@code around} as in {@link Call}. */
    Call open(LayerNode node, String parent, List<?> args, Map<String, ?> kwargs, DTypePolicy around) {
        String path = sharing.first(path(parent, node));
        Call c = around == null
                ? new Call(this, node, path, autocast(args, node), autocastAll(kwargs, node), null)
                : new Call(this, node, path, args, kwargs, around);
        weights.computeIfAbsent(path, p -> node.layer().weights(c.inputTypes(), node.policy()));
        return c;
    }

    /**
     * Calls a layer that stands at {@code parent} (null for the root). An argument {@code training} goes before the mode,
     * for the layers inside too.
     *
     * @param around as in {@link Call}
     */
    List<KerasTensor> call(LayerNode node, String parent, List<?> args, Map<String, ?> kwargs, DTypePolicy around) {
        Optional<String> first = FIRST.stream().filter(kwargs::containsKey).findFirst();
        if (args.isEmpty() && first.isPresent()) {
            Map<String, Object> others = new LinkedHashMap<>(kwargs);
            return call(node, parent, List.of(others.remove(first.get())), others, around);
        }
        String path = path(parent, node);
        String where = node.layer().className() + " '" + (path.isEmpty() ? node.name() : path) + "'";
        boolean outer = training;
        training = kwargs.get("training") instanceof Boolean given ? given : outer;
        try {
            String key = builder == root ? nth(path) : "";
            training = apart.training().contains(key) || training;
            Iterator<Value> given = apart.inputs().getOrDefault(key, List.of()).iterator();
            Iterator<Value> masks = apart.masks().getOrDefault(key, List.of()).iterator();
            List<?> placed = (List<?>) replaced(args, given, masks, key);
            Map<String, Object> named = new TreeMap<>(kwargs);
            named.replaceAll((name, value) -> replaced(value, given, masks, key));
            Call c = open(node, parent, placed, named, around);
            List<KerasTensor> out = parent == null
                    ? node.layer().call(c)
                    : builder.scoped(node.name(), () -> node.layer().call(c));
            if (penalised && !c.isDirect()) {
                Settings.activity(node).ifPresent(r -> out.forEach(t -> penalise(r, t.value(), path)));
            }
            if (builder == root) { // what a loop computes is not there after it
                outputs.computeIfAbsent(path, p -> new ArrayList<>())
                        .add(out.stream().map(KerasTensor::value).toList());
            }
            types.put(path, out.stream().map(t -> t.value().type()).toList());
            return out;
        } catch (ShapeException e) {
            throw e.at(where);
        } finally {
            training = outer;
        }
    }

    /** From now on some layers are given what {@code apart} says in place of what the layers before them give. */
    Lowering apart(Apart apart) {
        this.apart = apart;
        return this;
    }

    /** The call of a layer that is about to be made: its path, and {@code @k} where it is not the first. */
    private String nth(String path) {
        int calls = outputs.getOrDefault(path, List.of()).size();
        return calls == 0 ? path : path + "@" + calls;
    }

    /** Arguments with what the layer is given apart from the others; masks stay where they are not to be ignored. */
    private Object replaced(Object structure, Iterator<Value> given, Iterator<Value> masks, String key) {
        boolean masked = !apart.unmasked().contains(key);
        return KerasTensor.map(
                structure,
                leaf -> leaf instanceof KerasTensor t
                        ? new KerasTensor(
                                given.hasNext() ? given.next() : t.value(),
                                masks.hasNext() ? masks.next() : masked ? t.maskOrNull() : null)
                        : leaf);
    }

    /** From now on the penalties that layers put on their outputs are losses. */
    Lowering penalised() {
        penalised = true;
        return this;
    }

    /** The penalty of a tensor, divided by its batch size. Source: keras/src/layers/layer.py. */
    private void penalise(Regularizer regularizer, Value x, String path) {
        if (builder != root) {
            throw new UnsupportedModelException("activity_regularizer inside of a loop is not supported, at " + path);
        }
        Value penalty = regularizer.call(builder, x);
        if (x.shape().rank() > 0) {
            Dim batch = builder.dim(x, 0);
            Value rows = batch.isKnown() ? builder.constant(DType.INT32, batch.known()) : batch.value();
            penalty = builder.over(penalty, builder.cast(rows, penalty.dtype()));
        }
        losses.add(penalty);
    }

    /** Keras casts floating-point inputs of a layer to its compute dtype. */
    private List<?> autocast(List<?> args, LayerNode node) {
        return (List<?>) KerasTensor.map(args, leaf -> cast(leaf, node));
    }

    private Map<String, ?> autocastAll(Map<String, ?> kwargs, LayerNode node) {
        Map<String, Object> out = new LinkedHashMap<>();
        kwargs.forEach((k, v) -> out.put(k, KerasTensor.map(v, leaf -> cast(leaf, node))));
        return out;
    }

    private Object cast(Object leaf, LayerNode node) {
        boolean floating = leaf instanceof KerasTensor t && t.value().dtype().isFloating();
        if (!floating || !node.policy().compute().isFloating() || !node.layer().autocasts()) {
            return leaf;
        }
        KerasTensor t = (KerasTensor) leaf;
        return new KerasTensor(builder.cast(t.value(), node.policy().compute()), t.maskOrNull());
    }

    Value weight(LayerNode node, String path, String name) {
        for (Weight w : weights.get(path)) {
            if (w.name().equals(name)) {
                Value updated = updates.get(key(path, w));
                Value before = builder.variable(key(path, w), type(node, w));
                return updated == null
                        ? before
                        : w.trainable() ? builder.add(new Substitute(), before, updated) : updated;
            }
        }
        throw new IllegalStateException(
                node.layer().className() + ": expected a declared weight but was '" + name + "', at " + path);
    }

    Optional<byte[]> asset(String path, String name) {
        return Optional.ofNullable(assets.get(path + "/" + name));
    }

    void update(String path, String weight, Value value) {
        if (builder != root) {
            throw new UnsupportedModelException("state '" + weight + "' inside of a loop is not supported, at " + path);
        }
        updates.put(path + "/" + weight, value);
    }

    static String key(String path, Weight w) {
        return path.isEmpty() ? w.name() : path + "/" + w.name();
    }

    static TensorType type(LayerNode node, Weight w) {
        return new TensorType(w.dtype() == null ? node.policy().variable() : w.dtype(), w.shape());
    }

    /** The weights that each layer itself owns, by the layer's path; layers that were never called are absent. */
    Map<String, List<Weight>> weights() {
        return weights;
    }

    /** Each layer's outputs, call by call, by the layer's path; in the order in which the first calls end. */
    Map<String, List<List<Value>>> outputs() {
        return outputs;
    }

    /** The types of each layer's outputs in its last call, by the layer's path. */
    Map<String, List<TensorType>> types() {
        return types;
    }

    /** The penalties of outputs, in the order of the calls. */
    List<Value> losses() {
        return losses;
    }

    Map<String, Value> updates() {
        return updates;
    }
}
