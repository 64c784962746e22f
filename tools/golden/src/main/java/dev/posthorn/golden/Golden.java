package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A folder that {@code posthorn_capture.py} has written: the layers of the first call in the order of computing.
 *
 * @param arrays the arrays of {@code layers.npz}, and {@code in.<i>}, the inputs of the call
 * @param weights what is recorded of each weight, by its key in Python
 */
public record Golden(Path folder, List<Layer> layers, Map<String, Tensor> arrays, Map<String, Sketch> weights) {
    private static final int FORMAT = 1;

    public Golden {
        layers = List.copyOf(layers);
    }

    /**
     * One call of a layer.
     *
     * @param path the names of the layers around it and its own
     * @param call how many calls of it were before
     * @param inputs where the arrays are that it got; empty for those that are not kept
     */
    public record Layer(String path, String className, int call, List<Optional<String>> inputs, List<Output> outputs) {
        /** Its key among the parts of a program. */
        public String key() {
            return call == 0 ? path : path + "@" + call;
        }

        /** The name of one of its outputs among the parts of a program. */
        public String output(int i) {
            return i == 0 ? key() : key() + ":" + i;
        }
    }

    /** What a layer gave: where its array is, whether all of it is kept or samples, and the largest magnitude. */
    public record Output(String array, boolean whole, long size, double absmax) {}

    /** Some elements of an array and the largest magnitude of all. */
    public record Sketch(double[] samples, double absmax) {}

    /** Whether a folder is of this kind. */
    public static boolean isOne(Path folder) throws IOException {
        Path json = folder.resolve("case.json");
        return Files.exists(json) && JsonFile.read("golden", json).has("golden");
    }

    /** Reads a folder. */
    public static Golden read(Path folder) throws IOException {
        Path file = folder.resolve("case.json");
        if (!Files.exists(file)) {
            throw new ModelFormatException(
                    "golden: expected case.json, as posthorn_capture.py writes it, but was nothing, at " + folder);
        }
        JsonNode json = JsonFile.read("golden", file);
        if (json.path("golden").asInt() != FORMAT) {
            throw new ModelFormatException("golden: expected values of format " + FORMAT + " but was "
                    + json.path("golden").asText("none") + ", at " + file);
        }
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        Npz.read(folder.resolve("expected.npz")).forEach((key, t) -> {
            if (key.startsWith("b0.in.")) {
                arrays.put(key.substring(3), t);
            }
        });
        if (Files.exists(folder.resolve("layers.npz"))) {
            arrays.putAll(Npz.read(folder.resolve("layers.npz")));
        }
        List<Layer> layers = new ArrayList<>();
        for (JsonNode l : json.path("layers")) {
            layers.add(layer(l, layers.size()));
        }
        Map<String, Sketch> weights = new LinkedHashMap<>();
        for (JsonNode w : json.path("weights")) {
            if (w.has("samples")) {
                double[] samples = new double[w.get("samples").size()];
                for (int i = 0; i < samples.length; i++) {
                    samples[i] = w.get("samples").get(i).asDouble();
                }
                weights.put(
                        w.path("key").asText(),
                        new Sketch(samples, w.path("absmax").asDouble()));
            }
        }
        return new Golden(folder, layers, arrays, weights);
    }

    private static Layer layer(JsonNode l, int n) {
        List<Optional<String>> inputs = new ArrayList<>();
        l.path("inputs").forEach(i -> inputs.add(Optional.ofNullable(i.textValue())));
        List<Output> outputs = new ArrayList<>();
        for (JsonNode o : l.path("outputs")) {
            long size = 1;
            for (JsonNode dim : o.path("shape")) {
                size *= dim.asLong();
            }
            outputs.add(new Output(
                    n + "." + outputs.size(),
                    o.path("kept").asText().equals("whole"),
                    size,
                    o.path("absmax").asDouble()));
        }
        return new Layer(
                l.path("path").asText(),
                l.path("class").asText(),
                l.path("call").asInt(),
                inputs,
                outputs);
    }

    /** The arrays that a layer got, where all of them are kept whole. */
    public Optional<List<Tensor>> inputs(Layer layer) {
        List<Tensor> all = new ArrayList<>();
        for (Optional<String> key : layer.inputs()) {
            Tensor t = key.map(arrays::get).orElse(null);
            boolean whole = t != null
                    && layers.stream()
                            .flatMap(l -> l.outputs().stream())
                            .filter(o -> o.array().equals(key.get()))
                            .allMatch(Output::whole);
            if (!whole) {
                return Optional.empty();
            }
            all.add(t);
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(all);
    }

    /** Does something with an expected element and what it was. */
    interface Pairs {
        void accept(double expected, double was);
    }

    /** Goes through the kept elements of an output; false where the tensor cannot be it. */
    boolean pairs(Output output, Tensor was, Pairs pairs) {
        Tensor expected = arrays.get(output.array());
        if (was == null || was.size() != output.size() || expected == null) {
            return false;
        }
        for (int i = 0; i < expected.size(); i++) {
            int at = output.whole() ? i : (int) (i * output.size() / expected.size());
            pairs.accept(expected.getDouble(i), was.getDouble(at));
        }
        return true;
    }

    /** {@code |was − expected|}; infinite where one of them alone is no number. */
    static double off(double expected, double was) {
        boolean same = was == expected || Double.isNaN(was) && Double.isNaN(expected);
        double off = same ? 0 : Math.abs(was - expected);
        return Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
    }

    /** The largest difference between what is kept of an output and a tensor, as a part of the output's scale. */
    public double error(Output output, Tensor was) {
        double[] most = new double[1];
        boolean compared = pairs(output, was, (e, w) -> most[0] = Math.max(most[0], off(e, w)));
        if (!compared) {
            return Double.POSITIVE_INFINITY;
        }
        return most[0] == 0 ? 0 : most[0] / Math.max(output.absmax(), Double.MIN_NORMAL);
    }
}
