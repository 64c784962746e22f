package dev.posthorn.model;

import java.util.List;
import java.util.Map;

/**
 * What a model file is, found without running or loading it.
 *
 * @param format the format's name
 * @param producer what wrote it: versions and backend, by name, in order
 * @param kind what it holds: a model, weights only, …
 * @param contents layers or functions, each with its support
 * @param inputs the inputs, where known
 * @param outputs the outputs, where known
 * @param parameters the number of elements of all weights
 * @param bytes the bytes these weights take in memory
 * @param notes what else a user should know, one line each
 */
public record Inspection(
        String format,
        Map<String, String> producer,
        String kind,
        List<Item> contents,
        List<Port> inputs,
        List<Port> outputs,
        long parameters,
        long bytes,
        List<String> notes) {
    /**
     * A layer, function or op.
     *
     * @param path where it stands in the model
     * @param type its class name
     * @param problem why it is not supported and what works instead; empty where it is supported
     */
    public record Item(String path, String type, String problem) {
        public boolean supported() {
            return problem.isEmpty();
        }
    }

    public boolean supported() {
        return contents.stream().allMatch(Item::supported);
    }
}
