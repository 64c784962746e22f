package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.posthorn.ir.Shape;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variable;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which variable of a model a weight of {@code case.json} is: the one of that key, else the one at its place. */
final class CaseWeights {
    private final Map<String, String> variables = new HashMap<>();

    /** The variables of each of Keras's paths. */
    private final Map<String, List<String>> paths = new HashMap<>();

    private final List<Variable> declared;

    private CaseWeights(List<Variable> declared) {
        this.declared = declared;
    }

    /** @param file the {@code case.json} */
    static CaseWeights read(Path file, Model model) throws IOException {
        JsonNode json = JsonFile.read("case", file);
        List<Variable> declared = model.variables().list();
        CaseWeights w = new CaseWeights(declared);
        if (model.program() instanceof TrainableProgram program) {
            declared.forEach(v -> w.paths
                    .computeIfAbsent(program.path(v.key()), p -> new ArrayList<>())
                    .add(v.key()));
        }
        for (boolean trainable : new boolean[] {true, false}) {
            List<String> keys = new ArrayList<>();
            json.path("weights").forEach(n -> {
                if (n.path("trainable").asBoolean() == trainable) {
                    keys.add(n.path("key").asText());
                }
            });
            List<String> own = declared.stream()
                    .filter(v -> v.trainable() == trainable)
                    .map(Variable::key)
                    .toList();
            w.pair(keys, own);
        }
        return w;
    }

    private void pair(List<String> keys, List<String> own) {
        Set<String> names = new HashSet<>(own);
        for (int i = 0; i < keys.size(); i++) {
            String plain = plain(keys.get(i));
            if (names.contains(plain)) {
                variables.put(keys.get(i), plain);
            } else if (paths.containsKey(plain) && keys.size() != own.size()) {
                variables.put(keys.get(i), paths.get(plain).get(0));
            } else if (keys.size() == own.size()) {
                variables.put(keys.get(i), own.get(i));
            }
        }
    }

    /** Keras 2 numbers the tensors of a variable. */
    private static String plain(String key) {
        return key.replaceAll(":0$", "");
    }

    /**
     * Every variable that holds the weight. A layer that a nested model shares with the one around it is in {@code .h5} twice,
     * and nothing there says that it is one: as Keras does, two are read, whose derivatives make up that of the one.
     */
    List<String> all(String key, Shape shape) {
        List<String> same = paths.getOrDefault(plain(key), List.of());
        boolean one =
                variables.containsKey(key) && same.contains(variables.get(key)) && !variables.containsKey(key + "#1");
        return one ? same : List.of(variable(key, shape));
    }

    /**
     * The key of the variable. SavedModels list none: there it is the one of that name and shape, of several the last, as the
     * oracle keeps it.
     */
    String variable(String key, Shape shape) {
        return Optional.ofNullable(variables.get(key))
                .or(() -> declared.stream()
                        .filter(v -> v.key().replaceAll("#\\d+$", "").equals(key))
                        .filter(v -> v.type().shape().equals(shape))
                        .map(Variable::key)
                        .reduce((first, last) -> last))
                .orElseThrow(
                        () -> new ModelFormatException("case: expected a variable of the model but was '" + key + "'"));
    }
}
