package dev.posthorn.tools.verify;

import java.util.List;

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
}
