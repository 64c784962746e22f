package dev.posthorn.golden;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One recorded call: the keys of its arrays, in the order in which they were recorded.
 *
 * @param signature the signature called
 * @param batch its number among the calls of this signature
 * @param inputs what it takes
 * @param outputs what it gives
 */
public record Call(String signature, int batch, List<Array> inputs, List<Array> outputs) {
    public Call {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * A recorded array.
     *
     * @param key its name in the archive
     * @param name the port it belongs to, where known; else empty, and its place counts
     * @param dtype the dtype it had when it was recorded, where the archive had to widen it; else empty
     */
    public record Array(String key, String name, String dtype) {}

    /** The arrays in the order of the ports: by name where all names agree, else as recorded. */
    public static List<Array> ordered(List<Array> arrays, List<Port> ports, String what) {
        if (arrays.size() != ports.size()) {
            throw new ModelFormatException("model: expected " + arrays.size() + " " + what + " "
                    + arrays.stream().map(Array::key).toList() + " but was " + ports.size() + " "
                    + ports.stream().map(Port::name).toList());
        }
        Set<String> names = new HashSet<>(arrays.stream().map(Array::name).toList());
        if (names.size() < ports.size()
                || !names.equals(new HashSet<>(ports.stream().map(Port::name).toList()))) {
            return arrays;
        }
        return ports.stream()
                .map(p -> arrays.stream()
                        .filter(a -> a.name().equals(p.name()))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }
}
