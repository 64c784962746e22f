package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
    private static final String ID = "models/functional/diamond";

    @TempDir
    private Path dir;

    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        folder = Cli.unpack(ID, dir);
    }

    @Test
    void everyFileOfACaseHasALine() {
        for (Path path : List.of(folder, dir, folder.resolve("case.json"))) {
            Cli cli = Cli.run("verify", path);
            assertEquals(0, cli.code(), cli.out());
            List<String> lines = cli.out().lines().toList();
            assertEquals(5, lines.size());
            assertTrue(lines.get(0).matches("PASS .*model\\.h5 max_abs \\S+ max_rel \\S+"), lines.get(0));
            assertTrue(lines.get(1).matches("PASS .*model\\.h5 gradients max_abs \\S+ max_rel \\S+"), lines.get(1));
            assertTrue(lines.get(2).startsWith("PASS ") && lines.get(2).contains("model.keras max_abs"), lines.get(2));
            assertTrue(lines.get(3).contains("model.keras gradients max_abs"), lines.get(3));
            assertEquals("4 passed, 0 failed", lines.get(4));
        }
        assertEquals(
                "2 passed, 0 failed\n",
                Cli.run("verify", "--quiet", "--format", "h5", folder).out());
    }

    @Test
    void archivesAreUnpackedAndForgotten() throws IOException {
        Path archive = dir.resolve("suite.zip");
        try (OutputStream out = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : List.of("case.json", "model.keras", "expected.npz")) {
                zip.putNextEntry(new ZipEntry(ID + "/" + name));
                Files.copy(folder.resolve(name), zip);
                zip.closeEntry();
            }
        }
        Cli cli = Cli.run("verify", archive);
        // case.json lists model.h5, which this archive lacks.
        assertEquals(1, cli.code());
        assertTrue(cli.out().contains("PASS " + ID + "/model.keras "), cli.out());
        assertTrue(
                cli.out()
                        .contains("FAIL " + ID
                                + "/model.h5 case: expected the file that case.json lists but was nothing"),
                cli.out());
    }

    @Test
    void saysWhatIsWrongAndWhere() throws IOException {
        Map<String, Tensor> recorded = Npz.read(folder.resolve("expected.npz"));
        recorded.get("b1.out.0").floats()[1] += 1;
        Npz.write(folder.resolve("expected.npz"), recorded);
        Cli cli = Cli.run("verify", folder, "--format", "keras");
        assertEquals(1, cli.code());
        String line = cli.out().lines().findFirst().orElseThrow();
        assertTrue(
                line.matches(
                        "FAIL .*model.keras b1.out.0: 1 of \\d+ values of .* differ, worst at \\[0, 1]: expected .* but was .*"),
                line);
        assertEquals(
                0,
                Cli.run("verify", folder, "--format", "keras", "--atol", "1.5").code());
        JsonNode json =
                new ObjectMapper().readTree(Cli.run("verify", folder, "--json").out());
        assertEquals(2, json.get("failed").asInt());
        assertEquals(1, json.get("files").get(0).get("max_abs").asDouble(), 1e-4);
        assertTrue(Cli.run(
                        "verify",
                        "--model",
                        folder.resolve("model.keras"),
                        "--expected",
                        folder.resolve("expected.npz"),
                        "--atol",
                        "2")
                .out()
                .contains("1 passed, 0 failed"));
    }

    @Test
    void saysWhichGradientIsWrong() throws IOException {
        Map<String, Tensor> recorded = Npz.read(folder.resolve("grads.npz"));
        String key = recorded.keySet().stream()
                .filter(k -> k.startsWith("train.d.w."))
                .findFirst()
                .orElseThrow();
        recorded.get(key).floats()[2] += 1;
        Npz.write(folder.resolve("grads.npz"), recorded);
        Cli cli = Cli.run("verify", folder, "--format", "keras");
        assertEquals(1, cli.code());
        assertTrue(cli.out().contains("model.keras gradients " + key + ": 1 of "), cli.out());
        recorded.put("d.w.none/kernel", Tensor.of(Shape.of(1), 1));
        Npz.write(folder.resolve("grads.npz"), recorded);
        assertTrue(Cli.run("verify", folder, "--format", "keras")
                .out()
                .contains("gradients case: expected a variable of the model but was 'none/kernel'"));
    }

    @Test
    void whatIsNotUnderstoodFails() throws IOException {
        Files.delete(folder.resolve("expected.npz"));
        assertEquals(1, Cli.run("verify", folder).code());
        Files.delete(folder.resolve("model.keras"));
        Files.delete(folder.resolve("model.h5"));
        Files.writeString(folder.resolve("case.json"), "{\"id\": \"empty\"}");
        Cli cli = Cli.run("verify", folder);
        assertEquals(1, cli.code());
        assertTrue(cli.out().contains("expected a model file but was none"), cli.out());
    }

    @Test
    void statesGoFromCallToCall() throws IOException {
        Cli cli = Cli.run("verify", Cli.unpack("layers/gru/stateful", dir), "--format", "keras,h5");
        assertEquals(0, cli.code(), cli.out());
    }
}
