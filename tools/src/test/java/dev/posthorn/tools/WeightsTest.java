package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code posthorn weights} does to a file, with a compiled and trained model in each format. */
class WeightsTest {
    private static final String KERAS = "layers/dense/vars/0";
    private static final String H5 = "model_weights/dense/model/dense/kernel";

    @TempDir
    private Path folder;

    private Path file(String name) throws IOException {
        return Cli.unpack("models/formats/compiled_trained", folder).resolve(name);
    }

    private static void run(Object... args) {
        Cli cli = Cli.run(args);
        assertEquals(0, cli.code(), cli.err());
    }

    @ParameterizedTest
    @CsvSource({"model.keras, " + KERAS, "model.h5, " + H5})
    void exportedAndReplacedWeightsAreTheSameFile(String name, String kernel) throws IOException {
        Path file = file(name);
        Path npz = folder.resolve("w.npz");
        run("weights", "export", file, npz);
        Tensor w = Npz.read(npz).get(kernel);
        assertEquals(48, w.size());
        Path same = folder.resolve("same-" + name);
        Path again = folder.resolve("again-" + name);
        run("weights", "replace", file, npz, "--out", same);
        run("weights", "replace", same, npz, "--out", again);
        assertEquals(-1, Files.mismatch(same, again), "equal weights give equal bytes");
        w.floats()[7] = 42;
        Npz.write(npz, Map.of(kernel, w));
        run("weights", "replace", same, npz);
        try (Model model = Model.load(same)) {
            assertArrayEquals(w.floats(), model.variables().get("dense/kernel").floats());
        }
    }

    @ParameterizedTest
    @CsvSource({"model.keras, " + KERAS, "model.h5, " + H5})
    void castAndPruned(String name, String kernel) throws IOException {
        Path file = file(name);
        run("weights", "cast", file, "float16", "--match", kernel);
        run("weights", "prune", file);
        String listed = Cli.run("weights", "list", file, "--stats").out();
        assertTrue(listed.contains(kernel + "  float16[8×6]  min "), listed);
        assertFalse(listed.contains("optimizer"), listed);
        try (Model model = Model.load(file)) {
            assertEquals(DType.FLOAT32, model.variables().get("dense/kernel").dtype(), "the model's own type");
            assertEquals(0, model.program().optimizer().size());
        }
    }

    @Test
    void renamedWeightsKeepTheirPlaceInTheLayer() throws IOException {
        Path file = file("model.h5");
        run("weights", "rename", file, H5 + "=" + H5.replace("kernel", "matrix"));
        assertTrue(Cli.run("weights", "list", file).out().contains("dense/matrix  float32[8×6]"));
        try (Model model = Model.load(file)) {
            assertEquals(48, model.variables().get("dense/kernel").size());
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheFileStays() throws IOException {
        Path file = file("model.keras");
        byte[] before = Files.readAllBytes(file);
        Path npz = folder.resolve("w.npz");
        Npz.write(npz, Map.of("layers/dense/vars/7", Tensor.scalar(DType.FLOAT32, 1)));
        assertEquals(2, Cli.run("weights", "replace", file, npz).code());
        Npz.write(npz, Map.of(KERAS, Tensor.scalar(DType.FLOAT32, 1)));
        Cli cli = Cli.run("weights", "replace", file, npz);
        assertEquals(2, cli.code());
        assertTrue(cli.err().contains("expected float32[8, 6] but was float32"), cli.err());
        cli = Cli.run("weights", "cast", file, "float16", "--match", "*0");
        assertEquals(2, cli.code());
        assertTrue(cli.err().startsWith("posthorn weights cast: expected names like '*0'"), cli.err());
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    /** A container in a case's folder, with a weight in it. */
    @ParameterizedTest
    @CsvSource({
        "models/formats/sharded_weights, sharded.weights.json, layers/dense/vars/0",
        "models/formats/tf_checkpoint, tf_checkpoint.index, kernel",
        "savedmodel/module/dense, saved_model, w",
        "savedmodel/tf1/ref_variables, saved_model, w",
        "savedmodel/tf1/partitioned_variable, saved_model, p",
        "legacy/compiled/adam, weights.h5, dense/dense/kernel:0",
    })
    void everyContainerIsExportedAndReplaced(String id, String name, String part) throws IOException {
        Path file = Cli.unpack(id, folder).resolve(name);
        Path npz = folder.resolve("w.npz");
        run("weights", "export", file, npz);
        Map<String, Tensor> before = Npz.read(npz);
        String weight = before.keySet().stream()
                .filter(n -> n.contains(part) && before.get(n).dtype() == DType.FLOAT32)
                .findFirst()
                .orElseThrow(() -> new AssertionError(before.keySet().toString()));
        Tensor w = before.get(weight);
        Tensor next = Tensor.zeros(w.type());
        next.floats()[0] = 42;
        Npz.write(npz, Map.of(weight, next));
        run("weights", "replace", file, npz, "--out", file.resolveSibling("out." + name));
        run("weights", "replace", file, npz);
        run("weights", "replace", file, npz);
        for (Path changed : List.of(file, file.resolveSibling("out." + name))) {
            run("weights", "export", changed, npz);
            Map<String, Tensor> after = Npz.read(npz);
            assertEquals(next, after.put(weight, w), changed::toString);
            assertEquals(before, after, changed::toString);
        }
        try (Stream<Path> rest = Files.walk(file.getParent())) {
            assertEquals(
                    List.of(), rest.filter(f -> f.toString().endsWith(".tmp")).toList());
        }
    }

    @Test
    void checkpointsAreRenamedCastAndPruned() throws IOException {
        Path file = Cli.unpack("models/formats/tf_checkpoint", folder).resolve("tf_checkpoint.index");
        String kernel = Cli.run("weights", "list", file)
                .out()
                .lines()
                .map(l -> l.split("  ")[0])
                .filter(l -> l.contains("kernel"))
                .findFirst()
                .orElseThrow();
        run("weights", "rename", file, kernel + "=" + kernel.replace("kernel", "matrix"));
        run("weights", "cast", file, "float16", "--match", "**/bias");
        run("weights", "prune", file);
        String listed = Cli.run("weights", "list", file).out();
        assertTrue(listed.contains("matrix  float32"), listed);
        assertTrue(listed.contains("bias  float16"), listed);
    }

    @Test
    void whatASavedModelCannotTakeIsRefusedAndItStays() throws IOException {
        Path saved = Cli.unpack("savedmodel/module/dense", folder).resolve("saved_model");
        byte[] before = Files.readAllBytes(saved.resolve("variables/variables.index"));
        Cli cli = Cli.run("weights", "cast", saved, "float16");
        assertEquals(2, cli.code());
        assertTrue(cli.err().contains("which its functions take as float32"), cli.err());
        assertArrayEquals(before, Files.readAllBytes(saved.resolve("variables/variables.index")));
    }
}
