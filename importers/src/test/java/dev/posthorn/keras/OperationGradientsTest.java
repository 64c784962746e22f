package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.autograd.Backward;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The gradients of operations are TensorFlow's: {@code operations.gradients.zip}, which {@code operations.py} writes. */
class OperationGradientsTest {
    /** Where TensorFlow's is wrong. */
    private static final Map<String, String> DIFFERENT = Map.of(
            "adaptive_max.1", "it gives numbers of memory that it had not written",
            "adaptive_max2d.1", "it gives numbers of memory that it had not written");

    @TempDir
    private static Path folder;

    @TestFactory
    List<DynamicTest> gradients() throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        for (String archive : List.of("operations.zip", "operations.gradients.zip")) {
            try (InputStream in = OperationGradientsTest.class.getResourceAsStream(archive);
                    ZipInputStream zip = new ZipInputStream(in)) {
                for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                    entries.put(e.getName(), zip.readAllBytes());
                }
            }
        }
        List<String> names = entries.keySet().stream()
                .filter(n -> n.contains(".dx."))
                .map(n -> n.substring(0, n.indexOf(".dx.")))
                .distinct()
                .filter(n -> !DIFFERENT.containsKey(n))
                .toList();
        assertTrue(names.size() > 300, () -> "expected more than 300 cases but was " + names.size());
        return names.stream()
                .map(n -> DynamicTest.dynamicTest(n, () -> verify(n, entries)))
                .toList();
    }

    private static void verify(String name, Map<String, byte[]> entries) throws IOException {
        Path json = folder.resolve(name.replace(',', '_') + ".json");
        Files.write(json, entries.get(name + ".json"));
        try (Model model = Model.load(json)) {
            List<Tensor> arguments = new ArrayList<>();
            for (int i = 0; entries.containsKey(name + ".in." + i + ".npy"); i++) {
                arguments.add(array(name + ".in." + i, entries));
            }
            List<TensorType> types = arguments.stream().map(Tensor::type).toList();
            Backward backward = Backward.of(model.program().lower(Signature.DEFAULT, types, Mode.INFERENCE), Set.of());
            Graph graph = backward.graph();
            List<Value> dys =
                    graph.inputs().subList(types.size(), graph.inputs().size());
            for (int i = 0; arguments.size() < types.size() + dys.size(); i++) {
                if (entries.containsKey(name + ".dy." + i + ".npy")) {
                    arguments.add(array(name + ".dy." + i, entries));
                }
            }
            Variables.Snapshot none = new Variables.Snapshot(0, Map.of());
            Map<String, Tensor> was =
                    backward.named(model.backend().compile(graph, none).run(arguments, none));
            for (int i = 0; i < types.size(); i++) {
                if (entries.containsKey(name + ".dx." + i + ".npy")) {
                    Tensor expected = array(name + ".dx." + i, entries);
                    Tensor d = backward.inputs().get(i).map(was::get).orElseGet(() -> Tensor.zeros(expected.type()));
                    verify(expected, d, name + ", input " + i);
                }
            }
        }
    }

    private static void verify(Tensor expected, Tensor was, String what) {
        double tolerance = expected.dtype() == DType.FLOAT16 ? 3e-3 : 1e-4;
        Tolerance allowed = new Tolerance(0, tolerance * Math.max(1e-3, Tolerance.scale(expected)));
        Comparison c = Comparison.of(expected, was, allowed);
        assertTrue(c.passed(), () -> what + ": " + c);
    }

    private static Tensor array(String name, Map<String, byte[]> entries) throws IOException {
        Path file = Files.createTempFile(folder, "array", ".npy");
        Files.write(file, entries.get(name + ".npy"));
        return Npy.read(file);
    }
}
