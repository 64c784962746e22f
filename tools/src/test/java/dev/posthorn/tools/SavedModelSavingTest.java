package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.tools.verify.Cases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SavedModels that TensorFlow saved and that are saved again, of both its versions: files stay as they are but for the
 * variables, which have the values they were given.
 */
@Tag("once")
class SavedModelSavingTest {
    /** Variables that no checkpoint holds: the graph makes them anew. */
    private static final String LOST = "which its graph makes anew whenever it is loaded";

    @TempDir
    private Path folder;

    @Test
    void everySavedModelIsSavedWithOtherValues() throws IOException {
        Map<String, String> wrong = new TreeMap<>();
        int variables = 0;
        for (String suite : List.of("savedmodel", "legacy", "models")) {
            Path cases = folder.resolve(suite);
            Cases.unpack(Cli.TESTDATA.resolve("cases").resolve(suite + ".zip"), cases.toAbsolutePath());
            for (Path saved : savedModels(cases)) {
                try (Model model = Model.load(saved)) {
                    variables += model.variables().list().size();
                    cycle(model, saved)
                            .ifPresent(p -> wrong.put(cases.relativize(saved).toString(), p));
                } catch (ModelFormatException e) {
                    continue; // known-gaps.txt lists it
                } catch (UnsupportedModelException e) {
                    if (e.getMessage().startsWith("save") && !e.getMessage().contains(LOST)) {
                        wrong.put(cases.relativize(saved).toString(), e.getMessage());
                    }
                }
            }
        }
        assertTrue(variables > 150, "variables: expected more than 150 but was " + variables);
        assertTrue(
                wrong.isEmpty(),
                () -> String.join(
                        "\n", wrong.entrySet().stream().map(Object::toString).toList()));
    }

    private static List<Path> savedModels(Path cases) throws IOException {
        try (Stream<Path> all = Files.walk(cases)) {
            return all.filter(f -> f.endsWith("saved_model.pb"))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
        }
    }

    private Optional<String> cycle(Model model, Path saved) throws IOException {
        Map<String, Tensor> before =
                new LinkedHashMap<>(model.variables().snapshot().values());
        Map<String, Tensor> changed = new LinkedHashMap<>();
        for (Variable v : model.variables().list()) {
            if (before.containsKey(v.key())) {
                changed.put(v.key(), other(before.get(v.key())));
            }
        }
        Path copy = folder.resolve("copy");
        model.save(copy);
        Optional<String> problem = same(saved, copy).or(() -> values(copy, before));
        if (problem.isPresent()) {
            return problem;
        }
        model.variables().set(changed);
        model.save(copy);
        problem = same(saved, copy).or(() -> values(copy, changed));
        if (problem.isPresent()) {
            return problem;
        }
        try (Model again = Model.load(copy)) { // and where it is
            again.variables().set(before);
            again.save(copy);
        }
        return values(copy, before);
    }

    private static Tensor other(Tensor t) {
        if (!t.dtype().isFloating() && !t.dtype().isInteger()) {
            return t;
        }
        Tensor next = Tensor.zeros(t.type());
        for (int i = 0; i < t.size(); i++) {
            next.setDouble(i, t.getDouble(i) * 2 + 1);
        }
        return next;
    }

    private static Optional<String> values(Path saved, Map<String, Tensor> expected) {
        try (Model model = Model.load(saved)) {
            for (Map.Entry<String, Tensor> e : expected.entrySet()) {
                if (!model.variables().get(e.getKey()).equals(e.getValue())) {
                    return Optional.of(
                            e.getKey() + ": " + model.variables().get(e.getKey()) + " is not " + e.getValue());
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
    }

    /** Whether all files are the same but for those of the variables. */
    private static Optional<String> same(Path saved, Path copy) throws IOException {
        List<String> files = new ArrayList<>(files(saved));
        List<String> copies = files(copy);
        if (!files.equals(copies)) {
            return Optional.of(files + " became " + copies);
        }
        for (String file : files) {
            boolean changes = file.startsWith("variables/") || file.equals("fingerprint.pb");
            if (!changes && Files.mismatch(saved.resolve(file), copy.resolve(file)) >= 0) {
                return Optional.of(file + " differs");
            }
        }
        return Optional.empty();
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(f -> folder.relativize(f).toString().replaceAll("-of-\\d+", ""))
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatASavedModelCannotTakeIsSaid() throws IOException {
        Path saved = Cli.unpack("savedmodel/module/dense", folder).resolve("saved_model");
        try (Model model = Model.load(saved)) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> model.save(folder.resolve("out"), SaveOptions.DEFAULT.withBatch(2)));
            assertTrue(e.getMessage().contains("only the variables' values change"), e.getMessage());
            assertThrows(UnsupportedModelException.class, () -> model.save(folder.resolve("out.keras")));
        }
    }
}
