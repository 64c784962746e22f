package dev.posthorn.model;

import dev.posthorn.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables of a model and their values, in the model's own order. A variable may have no value yet: then using it is
 * an error. Values are immutable once given: a new value is a
 * new tensor. Thread-safe: a call sees all values of one moment.
 */
public final class Variables {
    private final Map<String, Variable> declared = new LinkedHashMap<>();
    private volatile Snapshot current = new Snapshot(0, Map.of());

    /** All values at one moment; {@code version} grows with every change but those of states by calls. */
    public record Snapshot(long version, Map<String, Tensor> values) {
        public Tensor get(String key) {
            Tensor t = values.get(key);
            if (t == null) {
                throw new ModelFormatException(
                        "model: expected weights but was an architecture alone (load its weights too; 'posthorn convert"
                                + " MODEL OUT --weights FILE' makes one file of both), at '" + key + "'");
            }
            return t;
        }
    }

    public Variables(List<Variable> declared, Map<String, Tensor> values) {
        declared.forEach(v -> this.declared.put(v.key(), v));
        replace(values, true);
    }

    public List<Variable> list() {
        return List.copyOf(declared.values());
    }

    public Snapshot snapshot() {
        return current;
    }

    public Tensor get(String key) {
        return current.get(key);
    }

    /** Gives variables new values, all at once; each must have its variable's type. */
    public void set(Map<String, Tensor> values) {
        replace(values, true);
    }

    /** Stores the states that a call leaves, which plans read anew at each call. */
    void update(Map<String, Tensor> values) {
        replace(values, false);
    }

    private synchronized void replace(Map<String, Tensor> values, boolean changesPlans) {
        Map<String, Tensor> next = new LinkedHashMap<>(current.values);
        values.forEach((key, t) -> {
            Variable v = declared.get(key);
            if (v == null) {
                throw new IllegalArgumentException("variables: expected a variable of the model but was '" + key + "'");
            }
            if (v.type().dtype() != t.dtype() || !v.type().shape().accepts(t.shape())) {
                throw new ShapeException("variables: expected " + v.type() + " but was " + t.type() + ", at " + key);
            }
            next.put(key, t);
        });
        current = new Snapshot(current.version + (changesPlans ? 1 : 0), next);
    }

    /** The number of elements of all stored variables. */
    public long parameters() {
        return declared.values().stream()
                .filter(Variable::stored)
                .mapToLong(v -> v.type().shape().longSize())
                .sum();
    }
}
