package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.posthorn.golden.Case;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.model.WeightSelection;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.tools.verify.Verification;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws of saving, over every model file of the committed cases, each in one of the formats in turn, and with
 * {@code -Dtest.jvm.args=-Dposthorn.saving=all} in every one: what was saved is loaded again as the same
 * graph with bit-equal weights and the same optimizer; saved once more it is the same bytes; and what a format cannot hold
 * is said, as it is listed here.
 */
@Tag("once")
class SavingTest {
    /** As good as no ending: a folder. */
    private static final String SAVED_MODEL = "-saved-model";

    private static final List<String> ENDINGS = List.of(".keras", ".h5", ".weights.h5", SAVED_MODEL);

    /** What a format cannot hold, by what the refusal says. */
    private static final List<String> REFUSALS = List.of(
            "is not exported to TensorFlow yet",
            "a training that KERAS3 has but was one that it does otherwise",
            "a model that KERAS3 has but was another: layer TFOpLambda, which Keras 3 does not have",
            "a model that KERAS3 has but was another: layer SlicingOpLambda, which Keras 3 does not have",
            "activations that KERAS3 has but was Activation.activation hard_sigmoid");

    @TempDir
    private Path folder;

    @Test
    void everyModelFileSurvivesEveryFormat() throws IOException {
        TreeMap<String, String> wrong = new TreeMap<>();
        int cycles = 0;
        for (String suite : List.of("layers", "models", "legacy")) {
            Path cases = folder.resolve(suite);
            Cases.unpack(Cli.TESTDATA.resolve("cases").resolve(suite + ".zip"), cases.toAbsolutePath());
            for (Path file : files(cases)) {
                int turn = cycles;
                List<String> endings = "all".equals(System.getProperty("posthorn.saving"))
                        ? ENDINGS
                        : List.of(ENDINGS.get(turn % ENDINGS.size()));
                for (String ending : endings) {
                    Optional<String> problem = cycle(file, ending);
                    problem.ifPresent(p -> wrong.put(folder.relativize(file) + " → " + ending, p));
                    cycles++;
                }
            }
        }
        int all = cycles;
        assertTrue(all > 1500, () -> "cases: expected more than 1500 cycles but was " + all);
        if (!wrong.isEmpty()) {
            List<String> lines = new ArrayList<>();
            wrong.forEach((what, why) -> lines.add(what + ": " + why));
            fail(wrong.size() + " of " + all + " cycles\n" + String.join("\n", lines));
        }
    }

    private static List<Path> files(Path cases) throws IOException {
        try (Stream<Path> all = Files.walk(cases)) {
            return all.filter(f -> f.endsWith("model.keras") || f.endsWith("model.h5"))
                    .sorted()
                    .toList();
        }
    }

    private Optional<String> cycle(Path file, String ending) throws IOException {
        Path once = folder.resolve("once" + ending);
        Path twice = folder.resolve("twice" + ending);
        Model model;
        try {
            model = Model.load(file);
        } catch (ModelFormatException | UnsupportedModelException e) {
            return Optional.empty(); // known-gaps.txt lists it
        }
        try (model) {
            model.save(once);
            if (ending.equals(SAVED_MODEL)) {
                return outputs(file, once, "savedmodel");
            }
            if (ending.equals(".weights.h5")) {
                return other(model, file, ending) ? Optional.empty() : weights(model, file, once);
            }
            try (Model again = Model.load(once)) {
                again.save(twice);
                if (Files.mismatch(once, twice) >= 0) {
                    return Optional.of("saved twice: other bytes");
                }
                return other(model, file, ending) ? outputs(file, once, "keras") : same(model, again);
            }
        } catch (UnsupportedModelException e) {
            boolean listed = REFUSALS.stream().anyMatch(r -> e.getMessage().contains(r));
            return listed ? Optional.empty() : Optional.of(e.getMessage());
        } catch (RuntimeException e) {
            return Optional.of(e.toString());
        }
    }

    /**
     * Whether weights become others: adapters that archives merge, models of Keras 2 that become models of Keras 3, and
     * weights of words, which .h5 has in the configuration.
     */
    private static boolean other(Model model, Path file, String ending) {
        if (ending.equals(".h5")
                && model.variables().list().stream().anyMatch(v -> v.key().endsWith("/idf_weights"))) {
            return true;
        }
        boolean h5 = file.endsWith("model.h5") && !ending.equals(".h5");
        boolean adapted =
                model.variables().list().stream().anyMatch(v -> v.key().contains("/lora_"));
        return h5 && (adapted || file.toString().contains("legacy"));
    }

    /** What is recorded of the file's case must come of the saved model too. */
    private static Optional<String> outputs(Path file, Path saved, String format) throws IOException {
        Case c = Case.read(file.getParent());
        Verdict v = verdict(c, new ModelFile(saved, format));
        if (!v.passed()) {
            for (ModelFile own : c.models()) {
                if (own.path().equals(file) && !verdict(c, own).passed()) {
                    return Optional.empty(); // a gap that ConformanceTest knows: the file itself gives something else
                }
            }
        }
        return v.passed() ? Optional.empty() : Optional.of(v.problem());
    }

    private static Verdict verdict(Case c, ModelFile file) throws IOException {
        return new Verification("java").verify(c, file).get(0);
    }

    private static Optional<String> weights(Model model, Path file, Path saved) throws IOException {
        try (Model other = Model.load(file)) {
            for (Variable v : other.variables().list()) {
                if (v.stored()) {
                    other.variables().set(java.util.Map.of(v.key(), Tensor.zeros(v.type())));
                }
            }
            other.loadWeights(saved, WeightSelection.ALL);
            return values(model, other);
        }
    }

    private static Optional<String> same(Model model, Model again) throws IOException {
        if (!graph(model).sameAs(graph(again), node -> node)) {
            return Optional.of("graph\n" + graph(model) + "\nbecame\n" + graph(again));
        }
        List<Tensor> before = ((TrainableProgram) model.program()).training().optimizer();
        List<Tensor> after = ((TrainableProgram) again.program()).training().optimizer();
        for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
            if (before.size() != after.size() || !equal(before.get(i), after.get(i))) {
                return Optional.of("optimizer variable " + i);
            }
        }
        return values(model, again);
    }

    private static Graph graph(Model model) {
        return model.program()
                .lower(
                        Signature.DEFAULT,
                        model.inputs().stream().map(Port::type).toList(),
                        Mode.INFERENCE);
    }

    private static Optional<String> values(Model model, Model again) {
        for (Variable v : model.variables().list()) {
            if (v.stored()
                    && !equal(model.variables().get(v.key()), again.variables().get(v.key()))) {
                return Optional.of("weight " + v.key());
            }
        }
        return Optional.empty();
    }

    private static boolean equal(Tensor a, Tensor b) {
        boolean same = a.type().equals(b.type());
        for (int i = 0; same && i < Array.getLength(a.data()); i++) {
            Object x = Array.get(a.data(), i);
            same = x instanceof byte[] bytes
                    ? Arrays.equals(bytes, (byte[]) Array.get(b.data(), i))
                    : x.equals(Array.get(b.data(), i));
        }
        return same;
    }
}
