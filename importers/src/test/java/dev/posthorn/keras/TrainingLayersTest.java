package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.numpy.Npy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers that draw random numbers, and those that change their state in training, give what Keras gives in two calls one
 * after the other; the cases are made by training.py.
 */
class TrainingLayersTest {
    @TempDir
    static Path folder;

    @TestFactory
    List<DynamicTest> layers() throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        try (InputStream in = TrainingLayersTest.class.getResourceAsStream("training.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                entries.put(e.getName(), zip.readAllBytes());
            }
        }
        List<String> files = entries.keySet().stream()
                .filter(n -> n.endsWith(".json") || n.endsWith(".keras"))
                .toList();
        assertTrue(files.size() > 140, () -> "expected more than 140 cases but was " + files.size());
        return files.stream()
                .map(n -> DynamicTest.dynamicTest(n, () -> verify(n, entries)))
                .toList();
    }

    private static void verify(String file, Map<String, byte[]> entries) throws IOException {
        String name = file.replaceAll("\\.(json|keras)$", "");
        Path path = folder.resolve(file);
        Files.write(path, entries.get(file));
        List<Tensor> x = arrays(name + ".in.", entries);
        for (String backend : List.of("reference", "java")) {
            try (Model model = Model.load(path, backend)) {
                seed(model, arrays(name + ".seed.", entries));
                for (int call = 0; call < 2; call++) {
                    List<Tensor> was = train(model, backend, x);
                    List<Tensor> expected = arrays(name + ".out" + call + ".", entries);
                    assertEquals(expected.size(), was.size(), name);
                    for (int i = 0; i < was.size(); i++) {
                        String what = name + " on " + backend + ", call " + call + ", output " + i;
                        verify(expected.get(i), was.get(i), what);
                    }
                }
            }
        }
    }

    /** The states of generators, in the order of the model's variables. */
    private static void seed(Model model, List<Tensor> states) {
        List<String> keys = model.variables().list().stream()
                .map(Variable::key)
                .filter(k -> k.endsWith("seed_generator_state"))
                .toList();
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (int i = 0; i < states.size(); i++) {
            values.put(keys.get(i), states.get(i));
        }
        model.variables().set(values);
    }

    private static List<Tensor> train(Model model, String backend, List<Tensor> x) {
        Graph graph = model.program()
                .lower(Signature.DEFAULT, x.stream().map(Tensor::type).toList(), Mode.TRAINING);
        Backend run = ServiceLoader.load(Backend.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(b -> b.name().equals(backend))
                .findFirst()
                .orElseThrow();
        List<Tensor> all = run.compile(graph, model.variables().snapshot())
                .run(x, model.variables().snapshot());
        int outputs = graph.outputs().size();
        List<String> keys = List.copyOf(graph.updates().keySet());
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            values.put(keys.get(i), all.get(outputs + i));
        }
        model.variables().set(values);
        return all.subList(0, outputs);
    }

    private static void verify(Tensor expected, Tensor was, String what) {
        double tolerance = expected.dtype() == DType.FLOAT16 ? 2e-3 : 1e-5;
        Comparison c = Comparison.of(expected, was, Tolerance.ofScale(expected, tolerance));
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
