package dev.posthorn.tensorflow;

import dev.posthorn.ir.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The values of variables and tables at one point of reading a graph: reads and writes go through here, in order. */
public final class State {
    private final Function<String, Value> first;
    private final Map<String, Value> now = new LinkedHashMap<>();
    private final Map<String, Value> changed = new LinkedHashMap<>();

    /** A state whose values at the beginning are what {@code first} says, asked at most once for each. */
    State(Function<String, Value> first) {
        this.first = first;
    }

    public Value read(String key) {
        Value v = now.get(key);
        if (v == null) {
            v = first.apply(key);
            now.put(key, v);
        }
        return v;
    }

    public void assign(String key, Value value) {
        now.put(key, value);
        changed.put(key, value);
    }

    /** Says what a value is at the beginning. */
    void hold(String key, Value value) {
        now.put(key, value);
    }

    /** What was assigned, by key. */
    Map<String, Value> changed() {
        return changed;
    }
}
