package dev.posthorn.keras;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Variable;
import dev.posthorn.train.constraint.Constraint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The weights of a model's layers, each once, and what follows from them: variables, states, first values, constraints. */
final class WeightTree {
    private final LayerNode root;
    private final Sharing sharing;
    private final Map<String, List<Weight>> weights;
    private final List<Variable> variables = new ArrayList<>();
    private final Map<String, Tensor> states = new LinkedHashMap<>();

    /**
     * The tree of these layers.
     *
     * @param weights those that each layer itself owns, by its path
     */
    WeightTree(LayerNode root, Sharing sharing, Map<String, List<Weight>> weights) {
        this.root = root;
        this.sharing = sharing;
        this.weights = weights;
        Set<String> frozen = new HashSet<>();
        freeze(root, "", true, frozen);
        each((node, path, w) -> declare(node, path, w, frozen));
    }

    /** Something to do with a weight of the layer {@code node} at {@code path}. */
    interface Visitor {
        void visit(LayerNode node, String path, Weight w);
    }

    /** The layers that do not train; one that is frozen at one of its places is so at all. */
    private void freeze(LayerNode node, String path, boolean trainable, Set<String> frozen) {
        boolean own = trainable && node.trainable();
        if (!own) {
            frozen.add(sharing.first(path));
        }
        for (Child c : node.layer().children(node.policy())) {
            freeze(c.node(), Lowering.path(path, c.node()), own, frozen);
        }
    }

    private void declare(LayerNode node, String path, Weight w, Set<String> frozen) {
        String key = Lowering.key(path, w);
        if (!w.stored()) {
            states.put(key, w.first(Lowering.type(node, w), key));
        }
        boolean trainable = !frozen.contains(path) && w.trainable() && w.adaption() != Weight.Adaption.ADAPTED;
        variables.add(new Variable(key, Lowering.type(node, w), trainable, w.stored()));
    }

    /** The weights that the layer at {@code path} itself owns. */
    List<Weight> at(String path) {
        return weights.getOrDefault(sharing.first(path), List.of());
    }

    /** Whether a layer keeps a state for each element of a batch. */
    boolean hasStates() {
        return weights.values().stream().flatMap(List::stream).anyMatch(Weight::isState);
    }

    /** Does something with each weight of the model, in the order of its variables. */
    void each(Visitor visitor) {
        visit(root, "", visitor);
    }

    private void visit(LayerNode node, String path, Visitor visitor) {
        if (sharing.stoodBefore(path)) {
            return;
        }
        at(path).forEach(w -> visitor.visit(node, path, w));
        node.layer().children(node.policy()).forEach(c -> visit(c.node(), Lowering.path(path, c.node()), visitor));
    }

    List<Variable> variables() {
        return Collections.unmodifiableList(variables);
    }

    /** The first values of the variables that files do not hold. */
    Map<String, Tensor> states() {
        return Collections.unmodifiableMap(states);
    }

    /** The values with which weights that files hold start. */
    Map<String, Tensor> firstValues(long seed) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        each((node, path, w) -> {
            if (w.stored()) {
                String key = Lowering.key(path, w);
                values.put(key, FirstValues.of(node, w, Lowering.type(node, w), key, seed));
            }
        });
        return values;
    }

    Map<String, Constraint> constraints() {
        Map<String, Constraint> found = new LinkedHashMap<>();
        each((node, path, w) -> Settings.constraint(node, w).ifPresent(c -> found.put(Lowering.key(path, w), c)));
        return found;
    }
}
