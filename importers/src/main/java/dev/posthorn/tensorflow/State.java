package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Ensured;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The values of variables and tables at one point of reading a graph: reads and writes go through here, in order. */
public final class State {
    private static final String CHECK = "check ";

    private final Function<String, Value> first;
    private final Map<String, Value> now = new LinkedHashMap<>();
    private final Map<String, Value> changed = new LinkedHashMap<>();

    /** A state whose values at the beginning are what {@code first} says, asked at most once for each. */
    State(Function<String, Value> first) {
        this.first = first;
    }

    /**
     * Says that a call is an error unless {@code holds}. It is a state too, which is true at the beginning: so branches and
     * loops hand it on.
     */
    public void check(Builder b, String expected, Value holds) {
        String key = CHECK + expected;
        assign(key, b.binary(Binary.Fn.AND, read(key), holds));
    }

    /** A value at the beginning of a call: of a check that it holds, else what {@code other} says. */
    static Function<String, Value> first(Builder b, Function<String, Value> other) {
        return key -> key.startsWith(CHECK) ? b.constant(DType.BOOL, 1) : other.apply(key);
    }

    /** {@code v}, which cannot be had unless all checks hold. */
    Value checked(Builder b, Value v) {
        Value all = v;
        for (Map.Entry<String, Value> e : changed.entrySet()) {
            if (e.getKey().startsWith(CHECK) && !isTrue(e.getValue())) {
                all = b.add(new Ensured(e.getKey().substring(CHECK.length())), all, e.getValue());
            }
        }
        return all;
    }

    private static boolean isTrue(Value holds) {
        return holds.node().op() instanceof Constant c && c.value().getLong(0) != 0;
    }

    /** The variables and tables that were assigned, by key. */
    Map<String, Value> updates() {
        Map<String, Value> updates = new LinkedHashMap<>(changed);
        updates.keySet().removeIf(key -> key.startsWith(CHECK));
        return updates;
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
