package dev.posthorn.ir;

import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Keys and their values, {@code keys[n]} and {@code values[n]}; strings or integers as keys, each only once. */
public final class Table {
    private final Tensor keys;
    private final Tensor values;
    private final Map<Object, Integer> places = new HashMap<>();

    public Table(Tensor keys, Tensor values) {
        this.keys = keys;
        this.values = values;
        if (keys.shape().rank() != 1
                || !keys.shape().equals(values.shape())
                || keys.dtype() != DType.STRING && !keys.dtype().isInteger()) {
            throw new ShapeException(
                    "Table: expected vectors of keys and values but was " + keys.type() + " and " + values.type());
        }
        for (int i = 0; i < keys.size(); i++) {
            if (places.put(key(keys, i), i) != null) {
                throw new ShapeException("Table: expected every key once but was twice " + named(keys, i));
            }
        }
    }

    public Tensor keys() {
        return keys;
    }

    public Tensor values() {
        return values;
    }

    /** The place of element {@code i} of {@code x} among the keys; -1 where it is none. */
    public int find(Tensor x, int i) {
        return places.getOrDefault(key(x, i), -1);
    }

    private static Object key(Tensor x, int i) {
        return x.dtype() == DType.STRING ? ByteBuffer.wrap(x.byteStrings()[i]) : (Object) x.getLong(i);
    }

    private static String named(Tensor x, int i) {
        return x.dtype() == DType.STRING ? "'" + x.getString(i) + "'" : Long.toString(x.getLong(i));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Table t && (this == t || keys.equals(t.keys) && values.equals(t.values));
    }

    @Override
    public int hashCode() {
        return 31 * keys.hashCode() + values.hashCode();
    }

    @Override
    public String toString() {
        return keys.size() + " entries " + keys.dtype() + " → " + values.dtype();
    }
}
