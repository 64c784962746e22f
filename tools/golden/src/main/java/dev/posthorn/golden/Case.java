package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Signature;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A model with recorded calls, in the oracle's layout.
 *
 * @param id what it is called
 * @param expected the archive of inputs and outputs
 * @param gradients the archive of gradients, where there is one
 * @param models its model files, each of which must give the recorded outputs
 */
public record Case(
        String id,
        Path expected,
        Optional<Path> gradients,
        Tolerance tolerance,
        List<ModelFile> models,
        List<Call> calls) {
    /** What a case says of itself. */
    public static final String FILE = "case.json";

    private static final String EXPECTED = "expected.npz";
    private static final String GRADIENTS = "grads.npz";
    private static final Pattern KEY = Pattern.compile("(?:(.+?)\\.)?b(\\d+)\\.(in|out)\\.(.+)");

    public Case {
        models = List.copyOf(models);
        calls = List.copyOf(calls);
    }

    /** This case with another tolerance. */
    public Case within(Tolerance other) {
        return new Case(id, expected, gradients, other, models, calls);
    }

    /** This case with one of its calls alone. */
    public Case only(Call call) {
        return new Case(id, expected, gradients, tolerance, models, List.of(call));
    }

    /** Reads the folder of a case. */
    public static Case read(Path folder) throws IOException {
        JsonNode json = JsonFile.read("case", folder.resolve(FILE));
        JsonNode tolerance = json.path("tolerance");
        Path expected = folder.resolve(EXPECTED);
        TreeSet<String> names = new TreeSet<>();
        json.path("files").forEach(f -> names.add(f.asText()));
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(f -> names.add(f.getFileName().toString()));
        }
        return new Case(
                json.path("id").asText(folder.getFileName().toString()),
                expected,
                Optional.of(folder.resolve(GRADIENTS)).filter(Files::exists),
                new Tolerance(
                        tolerance.path("rtol").asDouble(Tolerance.DEFAULT.rtol()),
                        tolerance.path("atol").asDouble(Tolerance.DEFAULT.atol())),
                ModelFile.among(folder, names),
                Files.exists(expected) ? calls(expected, json) : List.of());
    }

    /** A case of one model and an archive of the same conventions. */
    public static Case of(Path model, Path expected, Tolerance tolerance) throws IOException {
        List<Call> calls = calls(expected, new ObjectMapper().createObjectNode());
        if (calls.isEmpty()) {
            throw new ModelFormatException(
                    "npz: expected arrays b<k>.in.<i> and b<k>.out.<i> but was none, at " + expected);
        }
        return new Case(model.toString(), expected, Optional.empty(), tolerance, List.of(ModelFile.of(model)), calls);
    }

    /** A case whose model is elsewhere. */
    public static Case of(Path model, Path folder) throws IOException {
        Case c = read(folder);
        return new Case(c.id, c.expected, c.gradients, c.tolerance, List.of(ModelFile.of(model)), c.calls);
    }

    private static List<Call> calls(Path expected, JsonNode json) throws IOException {
        record Arrays(Map<Integer, Call.Array> numbered, List<Call.Array> named) {
            Arrays() {
                this(new TreeMap<>(), new ArrayList<>());
            }

            List<Call.Array> all() {
                List<Call.Array> all = new ArrayList<>(numbered.values());
                all.addAll(named);
                return all;
            }
        }
        record Key(String signature, int batch) {}
        Map<Key, Map<String, Arrays>> found = new LinkedHashMap<>();
        try (Npz npz = Npz.open(expected)) {
            for (String key : npz.names()) {
                Matcher m = KEY.matcher(key);
                if (!m.matches()) {
                    continue; // masks, states: not outputs of the call
                }
                String signature = m.group(1) == null ? Signature.DEFAULT : m.group(1);
                Arrays arrays = found.computeIfAbsent(
                                new Key(signature, Integer.parseInt(m.group(2))), k -> new LinkedHashMap<>())
                        .computeIfAbsent(m.group(3), k -> new Arrays());
                String side = m.group(3) + "puts";
                if (m.group(4).matches("\\d{1,4}") && m.group(1) == null) {
                    int i = Integer.parseInt(m.group(4));
                    JsonNode declared = json.path(side).path(i);
                    arrays.numbered.put(
                            i,
                            new Call.Array(
                                    key,
                                    declared.path("name").asText(""),
                                    declared.path("dtype").asText("")));
                } else {
                    String dtype = json.path("signatures")
                            .path(signature)
                            .path(side)
                            .path(m.group(4))
                            .path("dtype")
                            .asText("");
                    arrays.named.add(new Call.Array(key, m.group(4), dtype));
                }
            }
        }
        List<Call> calls = new ArrayList<>();
        found.forEach((key, sides) -> {
            if (sides.containsKey("out")) {
                calls.add(new Call(
                        key.signature,
                        key.batch,
                        sides.getOrDefault("in", new Arrays()).all(),
                        sides.get("out").all()));
            }
        });
        return calls;
    }
}
