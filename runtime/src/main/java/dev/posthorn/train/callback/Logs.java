package dev.posthorn.train.callback;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Loss and metrics by name, in Keras's order. Most are one number; a metric by class has one number a class. */
public final class Logs {
    private final Map<String, double[]> values = new LinkedHashMap<>();

    public Logs() {
        // empty
    }

    /** A copy. */
    public Logs(Logs other) {
        values.putAll(other.values);
    }

    public Logs put(String name, double... value) {
        values.put(name, value.clone());
        return this;
    }

    /** Adds all of {@code other}, with a prefix to their names. */
    public Logs putAll(String prefix, Logs other) {
        other.values.forEach((name, v) -> values.put(prefix + name, v));
        return this;
    }

    public Collection<String> names() {
        return values.keySet();
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The numbers of that name; an exception where there are none. */
    public double[] values(String name) {
        double[] v = values.get(name);
        if (v == null) {
            throw new IllegalArgumentException("logs: expected one of " + names() + " but was '" + name + "'");
        }
        return v.clone();
    }

    /** The one number of that name; an exception where there is none, or more than one. */
    public double get(String name) {
        double[] v = values(name);
        if (v.length != 1) {
            throw new IllegalArgumentException("logs: expected one number but was " + v.length + ", at '" + name + "'");
        }
        return v[0];
    }

    /** The one number of that name, if there is one. */
    public OptionalDouble find(String name) {
        double[] v = values.get(name);
        return v == null || v.length != 1 ? OptionalDouble.empty() : OptionalDouble.of(v[0]);
    }

    /** {@code loss=0.25, accuracy=0.9}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(e -> e.getKey() + "="
                        + (e.getValue().length == 1 ? "" + e.getValue()[0] : Arrays.toString(e.getValue())))
                .collect(Collectors.joining(", "));
    }
}
