package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Operations over types, axes and modes give what Keras gives; the cases are made by operations.py. */
class OperationsTest {
    /** Absolute and relative, for all: none needs more. */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    static Path folder;

    @TestFactory
    List<DynamicTest> operations() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (InputStream in = OperationsTest.class.getResourceAsStream("operations.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                entries.put(e.getName(), zip.readAllBytes());
            }
        }
        List<String> names = entries.keySet().stream()
                .filter(n -> n.endsWith(".json"))
                .map(n -> n.substring(0, n.length() - ".json".length()))
                .toList();
        assertTrue(names.size() > 800, () -> "expected more than 800 cases but was " + names.size());
        return names.stream()
                .map(n -> DynamicTest.dynamicTest(n, () -> verify(n, entries)))
                .toList();
    }

    private static void verify(String name, Map<String, byte[]> entries) throws IOException {
        Path json = folder.resolve(name.replace(',', '_') + ".json");
        Files.write(json, entries.get(name + ".json"));
        List<Tensor> expected = arrays(name + ".out.", entries);
        for (String backend : List.of("reference", "java")) {
            try (Model model = Model.load(json, backend)) {
                List<Tensor> was = model.predict(arrays(name + ".in.", entries));
                assertEquals(expected.size(), was.size(), name);
                for (int i = 0; i < was.size(); i++) {
                    verify(expected.get(i), was.get(i), name + " on " + backend + ", output " + i);
                }
            }
        }
    }

    private static void verify(Tensor expected, Tensor was, String what) {
        Comparison c = Comparison.of(expected, was, new Tolerance(TOLERANCE, TOLERANCE));
        assertTrue(c.passed(), () -> what + ": " + c);
    }

    private static List<Tensor> arrays(String prefix, Map<String, byte[]> entries) throws IOException {
        List<Tensor> arrays = new ArrayList<>();
        while (entries.containsKey(prefix + arrays.size() + ".npy")) {
            Path file = Files.createTempFile(folder, "array", ".npy");
            Files.write(file, entries.get(prefix + arrays.size() + ".npy"));
            arrays.add(Npy.read(file));
        }
        return arrays;
    }
}
