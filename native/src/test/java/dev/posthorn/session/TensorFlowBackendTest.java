package dev.posthorn.session;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.TextLength;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Model;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The backend on TensorFlow's library; {@code .ci/run} runs the conformance cases on it. */
class TensorFlowBackendTest {
    private static final Path DIGITS = Path.of("..", "testdata", "digits", "digits.keras");
    private static final Variables.Snapshot NONE = new Variables.Snapshot(0, Map.of());

    @BeforeAll
    static void library() {
        try {
            NativeLibrary.load();
        } catch (UnsupportedModelException e) {
            assumeTrue(false, "skipped: no library of TensorFlow for this platform");
        }
    }

    @Test
    void theLibraryIsThatOfTheBuild() throws IOException {
        String version = TensorFlowBackend.LIBRARY.replaceAll(".*:", "");
        assertTrue(Files.readString(Path.of("..", "pom.xml"))
                .contains("<tensorflow.version>" + version + "</tensorflow.version>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tensorflow", "tensorflow:jit", "tensorflow:gpu:0"})
    void digitsAreThoseOfJava(String backend) throws IOException {
        try (Model java = Model.load(DIGITS);
                Model other = Model.load(DIGITS, backend)) {
            Tensor x = pictures(5);
            assertThat(other).on(x).matches(java.predict(x)).within(new Tolerance(0, 1e-5));
            assertEquals(backend, other.backend().name());
        }
    }

    @Test
    void gpuThatIsNotThereIsSaid() throws IOException {
        try (Model model = Model.load(DIGITS, "tensorflow:gpu:0")) {
            String text = model.explain(Signature.DEFAULT, List.of(pictures(1).type()));
            assertTrue(
                    text.contains("device:GPU:0")
                            || text.contains("gpu:0: expected a GPU that TensorFlow can use but was none"),
                    text);
        }
    }

    @Test
    void gpuGivesTheSame() throws IOException {
        try (Model java = Model.load(DIGITS);
                Model model = Model.load(DIGITS, "tensorflow:gpu:0")) {
            Tensor x = pictures(5);
            boolean gpu = model.explain(Signature.DEFAULT, List.of(x.type())).contains("device:GPU:0");
            assumeTrue(gpu, "skipped: no GPU");
            assertThat(model).on(x).matches(java.predict(x)).within(new Tolerance(0, 1e-4));
        }
    }

    /** A graph is compiled as a whole or not at all: there are no strings in XLA. */
    @Test
    void whatXlaDoesNotHaveIsRefused() {
        Builder b = new Builder();
        Value in = b.input("x", new TensorType(DType.STRING, Shape.of(2)));
        Graph graph = b.graph(List.of(in), Map.of("y", b.add(new TextLength(false), in)), Map.of());
        Tensor x = Tensor.of(Shape.of(2), "a", "bc");
        Backend.Executable plain = new TensorFlowBackend().compile(graph, NONE);
        assertArrayEquals(new int[] {1, 2}, plain.run(List.of(x), NONE).get(0).ints());
        plain.close();
        Backend.Executable jit = Backend.named("tensorflow:jit").compile(graph, NONE);
        assertThrows(ShapeException.class, () -> jit.run(List.of(x), NONE));
        jit.close();
    }

    /** Every type of element goes in and out as it is. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RESOURCE", "VARIANT"})
    void elementsStayAsTheyAre(DType type) {
        Tensor x = type == DType.STRING
                ? Tensor.of(Shape.of(2, 2), "", "ä", "a longer text than fits into twenty-four bytes", "\u0000x")
                : Tensor.zeros(new TensorType(type, Shape.of(2, 2)));
        for (int i = 0; type != DType.STRING && i < 4; i++) {
            if (type == DType.BOOL || type.isInteger() || type.isFloating()) {
                x.setDouble(i, i % 2);
            }
        }
        Builder b = new Builder();
        Value in = b.input("x", x.type());
        Graph graph = b.graph(List.of(in), Map.of("y", in), Map.of());
        Backend.Executable call = new TensorFlowBackend().compile(graph, NONE);
        assertEquals(x, call.run(List.of(x), NONE).get(0));
        call.close();
    }

    @Test
    void closedModelsThrow() {
        Builder b = new Builder();
        Value in = b.input("x", new TensorType(DType.FLOAT32, Shape.of(3)));
        Graph graph = b.graph(List.of(in), Map.of("y", b.unary(Unary.Fn.EXP, in)), Map.of());
        Backend.Executable call = new TensorFlowBackend().compile(graph, NONE);
        Tensor x = Tensor.of(Shape.of(3), 0, 1, 2);
        assertEquals(1, call.run(List.of(x), NONE).get(0).floats()[0]);
        call.close();
        call.close();
        assertThrows(IllegalStateException.class, () -> call.run(List.of(x), NONE));
    }

    @Test
    void threadsGetTheSame() throws IOException {
        try (Model model = Model.load(DIGITS, "tensorflow")) {
            Tensor x = pictures(4);
            Tensor once = model.predict(x);
            IntStream.range(0, 400)
                    .parallel()
                    .forEach(i -> assertThat(model).on(x).matches(once).within(new Tolerance(0, 1e-6)));
        }
    }

    /**
     * 10,000 calls, whose inputs and outputs are 8 GB together, and 200 loads of weights, 1 GB together. What is not given back
     * would be seen far above what the heap and TensorFlow's own buffers come and go by.
     */
    @Test
    void memoryStaysFlat() throws IOException {
        assumeTrue(
                Files.exists(Path.of("/proc/self/statm")),
                "skipped: this system does not say how much memory is resident");
        TensorType small = new TensorType(DType.FLOAT32, Shape.of(100_000));
        TensorType large = new TensorType(DType.FLOAT32, Shape.of(1_250_000));
        Builder b = new Builder();
        Value x = b.input("x", small);
        Value sum = b.reduce(Reduce.Fn.SUM, b.variable("w", large), false, 0);
        Graph graph = b.graph(List.of(x), Map.of("y", b.plus(x, sum)), Map.of());
        Variables.Snapshot weights = new Variables.Snapshot(0, Map.of("w", Tensor.zeros(large)));
        Tensor zeros = Tensor.zeros(small);
        calls(graph, weights, zeros, 1000);
        long before = resident();
        calls(graph, weights, zeros, 10_000);
        assertFlat("10,000 predictions", before);
        for (int i = 0; i < 200; i++) {
            calls(graph, weights, zeros, 1);
        }
        assertFlat("200 loads", before);
    }

    private static void calls(Graph graph, Variables.Snapshot weights, Tensor x, int n) {
        Backend.Executable call = new TensorFlowBackend().compile(graph, weights);
        for (int i = 0; i < n; i++) {
            call.run(List.of(x), weights);
        }
        call.close();
    }

    private static void assertFlat(String what, long before) throws IOException {
        long grown = (resident() - before) >> 20;
        assertTrue(grown < 400, what + " took " + grown + " MB");
    }

    /** Bytes of memory, after the heap has been made small. */
    private static long resident() throws IOException {
        System.gc();
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }

    private static Tensor pictures(int n) {
        float[] x = new float[n * 784];
        for (int i = 0; i < x.length; i++) {
            x[i] = i * 7919 % 255 / 255f;
        }
        return Tensor.of(Shape.of(n, 28, 28, 1), x);
    }
}
