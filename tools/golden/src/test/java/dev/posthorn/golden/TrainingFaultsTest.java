package dev.posthorn.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Variation;
import dev.posthorn.model.Model;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What shows in training alone is not taken for rounding, and the momentum of moving statistics is named. */
@Tag("once")
class TrainingFaultsTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        Recorded.unpack(folder);
    }

    @ParameterizedTest
    @CsvSource({"0.01, (the part of the new in place of the part of the old)", "0.9, ''", "0.999, ''"})
    void momentumIsNamed(double wrong, String meaning) throws IOException {
        Path golden = folder.resolve("convolutions");
        try (Model model = Recorded.wrong(golden, "norm", n -> Variation.with(n, Map.of("momentum", wrong)), v -> {})) {
            Diagnosis d = GoldenReport.of(golden, model, Tolerances.RECORDED)
                    .diagnosis()
                    .orElseThrow();
            assertEquals("the statistics of layer norm (BatchNormalization), after training step 1", d.where());
            assertEquals(
                    List.of("momentum: 0.99 agrees, the model has " + wrong + (meaning.isEmpty() ? "" : " " + meaning)),
                    d.causes());
        }
    }

    /** A model that is compiled with another optimizer. */
    private static Model compiled(Path golden, String key, double value) throws IOException {
        Model model = Model.load(golden.resolve("model.keras"));
        StoredTraining own = ((TrainableProgram) model.program()).training();
        List<Tensor> variables = new ArrayList<>(own.optimizer());
        if (key.equals("learning_rate")) {
            variables.set(1, Tensor.scalar(DType.FLOAT32, value)); // files hold the rate twice
        }
        model.training(new StoredTraining(
                changed(own.compile(), key, value), own.dialect(), own.types(), () -> List.copyOf(variables)));
        return model;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> changed(Map<String, Object> compile, String key, double value) {
        Map<String, Object> all = new LinkedHashMap<>(compile);
        Map<String, Object> optimizer = new LinkedHashMap<>((Map<String, Object>) compile.get("optimizer"));
        Map<String, Object> config = new LinkedHashMap<>((Map<String, Object>) optimizer.get("config"));
        assertTrue(config.containsKey(key), config::toString);
        config.put(key, value);
        optimizer.put("config", config);
        all.put("optimizer", optimizer);
        return all;
    }

    /** A percent more of the rate, an epsilon that matters, a beta that says the part of the new: the rounding that training amplifies hides none. */
    @ParameterizedTest
    @CsvSource({
        "learning_rate, 0.00101",
        "learning_rate, 0.000999",
        "beta_1, 0.1",
        "beta_1, 0.89",
        "beta_2, 0.001",
        "beta_2, 0.99",
        "epsilon, 1e-3",
        "weight_decay, 0.004"
    })
    void otherOptimizersAreSeen(String key, double value) throws IOException {
        for (String name : List.of("convolutions", "dense")) {
            Path golden = folder.resolve(name);
            try (Model model = compiled(golden, key, value)) {
                GoldenReport report =
                        GoldenReport.of(golden, model, Tolerances.RECORDED, EnumSet.of(GoldenReport.Part.TRAINING));
                TrainingTrace trace = report.training().orElseThrow();
                assertFalse(trace.passed(), name);
                assertTrue(
                        report.diagnosis().orElseThrow().where().startsWith("training step "),
                        report.diagnosis()::toString);
            }
        }
    }

    /** What was done for a report is not left in the model: the next gives the same. */
    @Test
    void modelsAreAsBefore() throws IOException {
        Path golden = folder.resolve("convolutions");
        try (Model model = Model.load(golden.resolve("model.keras"))) {
            List<String> first =
                    GoldenReport.of(golden, model, Tolerances.RECORDED).lines(false);
            assertEquals(
                    first, GoldenReport.of(golden, model, Tolerances.RECORDED).lines(false));
        }
    }

    /** A bias before batch normalisation has no gradient but rounding: it is not judged, and all others are. */
    @Test
    void whatChanceDecidesIsNotJudged() throws IOException {
        Path golden = folder.resolve("by_chance");
        try (Model model = Model.load(golden.resolve("model.keras"))) {
            TrainingTrace trace = GoldenReport.of(golden, model, Tolerances.RECORDED)
                    .training()
                    .orElseThrow();
            assertTrue(trace.passed());
            assertEquals(
                    List.of("conv/bias"),
                    trace.steps().stream()
                            .flatMap(s -> s.checks().stream())
                            .filter(c -> !c.note().isEmpty())
                            .map(c -> c.name().substring(c.name().indexOf(".w.") + 3))
                            .distinct()
                            .collect(Collectors.toList()));
        }
    }

    /** What a recording says that it has and has not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "training/case.json; \"batch_size\": 2; \"batch_size\": 0; expected batch_size of 1 or more but was 0",
                "training/case.json; \"steps\": 4; \"steps\": 40; expected 40 steps but was float32[4]",
                "layers.npz; ; ; expected an array '0.0' of layer first but was none",
                "expected.npz; ; ; expected.npz",
                "case.json; ; ; expected case.json, as posthorn_capture.py writes it, but was nothing",
                "case.json; \"layers\"; \"layers; expected JSON but was broken"
            })
    void brokenRecordingsAreSaid(String file, String from, String to, String said, @TempDir Path copy)
            throws IOException {
        Recorded.unpack(copy);
        Path golden = copy.resolve("convolutions");
        Path broken = golden.resolve(file);
        if (from == null) {
            Files.delete(broken);
        } else {
            Files.writeString(broken, Files.readString(broken).replace(from, to));
        }
        try (Model model = Model.load(golden.resolve("model.keras"))) {
            Exception e = assertThrows(Exception.class, () -> GoldenReport.of(golden, model, Tolerances.RECORDED));
            assertTrue(e.getMessage().contains(said), e::toString);
        }
    }
}
