package dev.posthorn.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.Variation;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shows in training alone, and causes that are not to be known: no name is better than a wrong one. */
class HonestDiagnosisTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        try (InputStream file = Files.newInputStream(Path.of("..", "..", "testdata", "golden", "golden.zip"));
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                Path to = folder.resolve(e.getName()).normalize();
                assertTrue(to.startsWith(folder));
                Files.createDirectories(to.getParent());
                Files.copy(zip, to);
            }
        }
    }

    private static Diagnosis momentum(double wrong) throws IOException {
        try (Model right = Model.load(folder.resolve("convolutions/model.keras"))) {
            KerasProgram program = ((KerasProgram) right.program())
                    .withLayer("norm", n -> Variation.with(n, Map.of("momentum", wrong)));
            Map<String, Tensor> values = right.variables().snapshot().values();
            try (Model model = Model.of(program, new Variables(program.variables(), values), "java")) {
                return GoldenReport.of(folder.resolve("convolutions"), model, Tolerances.RECORDED)
                        .diagnosis()
                        .orElseThrow();
            }
        }
    }

    @Test
    void aMomentumIsFoundByTraining() throws IOException {
        Diagnosis meaning = momentum(0.01);
        assertTrue(
                meaning.where().startsWith("the statistics of layer norm (BatchNormalization), after training step"),
                meaning::where);
    }

    /** A weight that nobody recorded and a change that is none of the usual: the cause is unknown. */
    @Test
    void whatNothingExplainsIsUnknown() throws IOException {
        Golden read = Golden.read(folder.resolve("dense"));
        Golden golden = new Golden(read.folder(), read.layers(), read.arrays(), Map.of());
        try (Model right = Model.load(folder.resolve("dense/model.keras"))) {
            Map<String, Tensor> values =
                    new LinkedHashMap<>(right.variables().snapshot().values());
            Tensor bias = Tensor.zeros(values.get("c/bias").type());
            for (int i = 0; i < bias.size(); i++) {
                bias.setDouble(i, values.get("c/bias").getDouble(i) + 0.05 * (i + 1));
            }
            values.put("c/bias", bias);
            right.variables().set(values);
            LayerTrace trace = LayerTrace.of(golden, right, Tolerances.RECORDED);
            Diagnosis d = Diagnosis.of(golden, right, trace).orElseThrow();
            assertEquals("layer c (Dense)", d.where());
            assertTrue(d.causes().isEmpty(), () -> d.causes().toString());
            assertEquals(
                    "likely cause: unknown, none of the usual suspects agrees",
                    d.lines().get(1));
        }
    }
}
