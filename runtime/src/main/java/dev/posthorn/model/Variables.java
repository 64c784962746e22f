package dev.posthorn.model;

import dev.posthorn.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables of a model and their values, in the model's own order. A variable may have no value yet: then using it is
 * an error. Values are immutable once given: a new value is a
 * new tensor. Thread-safe: a call sees all values of one moment.
 *
 * <p>Who gives new values again and again, as training does, may {@linkplain #exchange learn} that nobody else was handed those
 * that he gave before, and then write their arrays anew.
 */
public final class Variables {
    private final Map<String, Variable> declared = new LinkedHashMap<>();
    private volatile State current = new State(new Snapshot(0, Map.of()));

    /** Values, and whether anybody was handed them. */
    private static final class State {
        final Snapshot snapshot;
        volatile boolean taken;

        State(Snapshot snapshot) {
            this.snapshot = snapshot;
        }
    }

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

    /** All values as they are now. */
    public Snapshot snapshot() {
        State s = current;
        for (boolean seen = false;
                !seen;
                seen = s == current) { // or else they may have been exchanged before they were marked
            s = current;
            if (!s.taken) {
                s.taken = true;
            }
        }
        return s.snapshot;
    }

    /** As {@link #snapshot}, for a caller that keeps nothing of it beyond its next {@link #exchange}. */
    public Snapshot now() {
        return current.snapshot;
    }

    public Tensor get(String key) {
        return snapshot().get(key);
    }

    /** Gives variables new values, all at once; each must have its variable's type. */
    public void set(Map<String, Tensor> values) {
        replace(values, true);
    }

    /**
     * What was exchanged.
     *
     * @param taken whether anybody was handed the values before, but by {@link #now}
     */
    public record Exchange(Snapshot before, boolean taken, Snapshot after) {}

    /** As {@link #set}. */
    public Exchange exchange(Map<String, Tensor> values) {
        return replace(values, true);
    }

    /** Stores the states that a call leaves, which plans read anew at each call. */
    void update(Map<String, Tensor> values) {
        replace(values, false);
    }

    private synchronized Exchange replace(Map<String, Tensor> values, boolean changesPlans) {
        State before = current;
        Map<String, Tensor> next = new LinkedHashMap<>(before.snapshot.values);
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
        current = new State(new Snapshot(before.snapshot.version + (changesPlans ? 1 : 0), next));
        return new Exchange(before.snapshot, before.taken, current.snapshot);
    }

    /** The number of elements of all stored variables. */
    public long parameters() {
        return declared.values().stream()
                .filter(Variable::stored)
                .mapToLong(v -> v.type().shape().longSize())
                .sum();
    }
}
