package dev.posthorn.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Variation;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Causes that are not to be known: no name is better than a wrong one. */
@Tag("once")
class HonestDiagnosisTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        Recorded.unpack(folder);
    }

    /** A weight as none of the usual faults makes it. */
    private static void spoil(Map<String, Tensor> values, String key) {
        Tensor old = values.get(key);
        Tensor w = Tensor.zeros(old.type());
        for (int i = 0; i < w.size(); i++) {
            w.setDouble(i, old.getDouble(i) + 0.05 * (1 + i * 7919 % 13));
        }
        values.put(key, w);
    }

    private static Diagnosis spoiled(Golden golden, Model model, String key) {
        Map<String, Tensor> right = model.variables().snapshot().values();
        Map<String, Tensor> wrong = new LinkedHashMap<>(right);
        spoil(wrong, key);
        model.variables().set(wrong);
        LayerTrace trace = LayerTrace.of(golden, model, Tolerances.RECORDED);
        Diagnosis d = Diagnosis.of(golden, model, trace).orElseThrow();
        model.variables().set(right);
        return d;
    }

    /** Of every weight of models of all kinds: what is none of the usual is taken for none of them; where weights are recorded it is said. */
    @ParameterizedTest
    @ValueSource(strings = {"convolutions", "gru", "nested"})
    void whatNothingExplainsIsUnknown(String name) throws IOException {
        Golden golden = Golden.read(folder.resolve(name));
        Golden unweighed = new Golden(golden.folder(), golden.layers(), golden.arrays(), Map.of());
        try (Model model = Model.load(golden.folder().resolve("model.keras"))) {
            for (Variable v : model.variables().list()) {
                Diagnosis d = spoiled(unweighed, model, v.key());
                assertTrue(v.key().startsWith(d.row().orElseThrow().layer().path() + "/"), v.key() + " " + d);
                assertEquals(
                        "likely cause: unknown, none of the usual suspects agrees",
                        d.lines().get(1),
                        v.key());
            }
            String key = model.variables().list().get(1).key();
            assertEquals(
                    "likely cause: stale weights: " + key + " is not what was recorded",
                    spoiled(golden, model, key).lines().get(1));
        }
    }

    /** On numbers that are large beside any epsilon, one is as good as another: they are one cause. */
    @Test
    void whatIsNotToldApartIsSaid() throws IOException {
        Path golden = folder.resolve("transformer");
        try (Model wrong = Recorded.wrong(golden, "norm1", n -> Variation.with(n, Map.of("epsilon", 0.1)), v -> {})) {
            LayerTrace trace = LayerTrace.of(Golden.read(golden), wrong, Tolerances.RECORDED);
            assertEquals(
                    "likely cause: epsilon: 1e-6 or 1e-7 or 1e-8 or 1e-12 agrees, the model has 0.1",
                    Diagnosis.of(Golden.read(golden), wrong, trace)
                            .orElseThrow()
                            .lines()
                            .get(1));
        }
    }

    /** Several that agree alike are all said, and when there are too many none of them. */
    @Test
    void severalCausesAreListed() {
        Diagnosis two = new Diagnosis("layer a (Dense)", Optional.empty(), List.of("one", "two"));
        assertEquals(
                List.of(
                        "first to differ: layer a (Dense)",
                        "likely cause: one of these, which these values do not tell apart",
                        "  one",
                        "  two"),
                two.lines());
        Diagnosis many = new Diagnosis("layer a (Dense)", Optional.empty(), List.of("1", "2", "3", "4", "5"));
        assertTrue(
                many.lines().get(1).startsWith("likely cause: unknown, for 5 suspects agree: "),
                many.lines()::toString);
        assertEquals(2, many.lines().size());
    }
}
