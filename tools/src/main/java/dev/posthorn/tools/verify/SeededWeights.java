package dev.posthorn.tools.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.golden.Case;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Weights that a case does not store but describes: uniform numbers from a key and a seed, the oracle's "seeded". */
final class SeededWeights {
    private SeededWeights() {}

    /** The architecture at {@code gz}, with the weights that the case beside it describes. */
    static Model load(Path gz, String backend) throws IOException {
        Path json = Files.createTempFile("architecture", ".json");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(gz))) {
            Files.copy(in, json, StandardCopyOption.REPLACE_EXISTING);
            Model model = Model.load(json, backend);
            model.variables()
                    .set(values(
                            new ObjectMapper()
                                    .readTree(gz.resolveSibling(Case.FILE).toFile()),
                            model));
            return model;
        } finally {
            Files.delete(json);
        }
    }

    private static Map<String, Tensor> values(JsonNode json, Model model) {
        List<Variable> variables =
                model.variables().list().stream().filter(Variable::stored).toList();
        JsonNode weights = json.path("weights");
        if (weights.size() != variables.size()) {
            throw new ModelFormatException("case: expected " + weights.size() + " weights but was " + variables.size());
        }
        // In v1 Keras computed with the statistics that Normalization layers had before the weights were assigned.
        Set<String> untouched = json.path("weight_scheme").asText().endsWith("v1")
                ? model.program().parts().stream()
                        .filter(p -> p.type().equals("Normalization"))
                        .map(p -> p.name() + "/")
                        .collect(Collectors.toSet())
                : Set.of();
        Map<String, Tensor> values = new HashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            JsonNode w = weights.get(i);
            String key = w.path("key").asText();
            Tensor t = Tensor.zeros(variables.get(i).type());
            String variable = variables.get(i).key();
            if (untouched.stream().anyMatch(variable::startsWith)) {
                if (variable.endsWith("/variance")) {
                    Arrays.fill(t.floats(), 1); // mean and count are 0
                }
                values.put(variable, t);
                continue;
            }
            fill(
                    t,
                    fnv1a64(key) ^ json.path("seed").asLong(),
                    w.path("low").asDouble(),
                    w.path("high").asDouble());
            values.put(variable, t);
        }
        return values;
    }

    private static void fill(Tensor t, long state, double low, double high) {
        for (int i = 0, n = t.size(); i < n; i++) {
            long z = state + (i + 1) * 0x9E3779B97F4A7C15L;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            t.setDouble(i, low + (high - low) * ((z >>> 40) / 16777216.0));
        }
    }

    private static long fnv1a64(String text) {
        long value = 0xCBF29CE484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            value = (value ^ b & 0xff) * 0x100000001B3L;
        }
        return value;
    }
}
