package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.autograd.Gradients;
import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Derivatives of {@code s = Σ (∂(Σ dy·y)/∂x)²} by inputs and weights are those of two nested tapes of TensorFlow, or central
 * differences where these give no derivative; the cases are made by second_order.py.
 */
class SecondOrderTest {
    private static final double TOLERANCE = 2e-5;

    @TempDir
    static Path folder;

    private static final List<String> NAMES = new ArrayList<>();

    @BeforeAll
    static void unpack() throws IOException {
        try (InputStream in = SecondOrderTest.class.getResourceAsStream("second_order.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                Files.write(folder.resolve(e.getName()), zip.readAllBytes());
                if (e.getName().endsWith(".keras")) {
                    NAMES.add(e.getName().replace(".keras", ""));
                }
            }
        }
        assertTrue(NAMES.size() >= 60, NAMES::toString);
    }

    static Stream<String> names() {
        return NAMES.stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void isThatOfTensorFlow(String name) throws IOException {
        Map<String, Tensor> recorded = Npz.read(folder.resolve(name + ".npz"));
        for (String backend : List.of("java", "reference")) {
            try (Model model = Model.load(folder.resolve(name + ".keras"), backend)) {
                check(name + " on " + backend, model, recorded);
            }
        }
    }

    private static void check(String what, Model model, Map<String, Tensor> recorded) {
        boolean trains = what.startsWith("batch_norm") && !what.contains("inference");
        Tensor x = recorded.get("x");
        TrainableProgram program = (TrainableProgram) model.program();
        Graph call = Rewriter.apply(
                program.lower(Signature.DEFAULT, List.of(x.type()), trains ? Mode.TRAINING : Mode.INFERENCE),
                Rewriter.expandUnless(Gradients::isPrepared));
        Builder b = new Builder();
        Map<Value, Value> map = Rewriter.copy(call, b, Map.of());
        Value in = map.get(call.inputs().get(0));
        Map<String, Value> sources = new LinkedHashMap<>();
        if (Adjoint.isReal(in.dtype())) {
            sources.put("d.x", in);
        }
        for (Variable v : program.variables()) {
            if (v.trainable()) {
                sources.put("d." + program.path(v.key()), b.variable(v.key(), v.type()));
            }
        }
        List<Value> xs = List.copyOf(sources.values());
        Value y = map.get(call.results().get(0));
        Value s = Gradients.of(b, List.of(y), List.of(b.constant(recorded.get("cotangent"))), xs).stream()
                .flatMap(Optional::stream)
                .map(d -> b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, d), false, all(d)))
                .reduce(b::plus)
                .orElseThrow();
        List<Optional<Value>> dds = Gradients.of(b, List.of(s), List.of(b.constant(s.dtype(), 1)), xs);
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("s", s);
        List<String> names = List.copyOf(sources.keySet());
        IntStream.range(0, names.size())
                .forEach(i -> outputs.put(names.get(i), dds.get(i).orElseGet(() -> Adjoint.zeros(b, xs.get(i)))));
        Variables.Snapshot weights = model.variables().snapshot();
        List<Tensor> was = model.backend()
                .compile(b.graph(List.of(in), outputs, Map.of()), weights)
                .run(List.of(x), weights);
        assertEquals(recorded.size() - 2, was.size(), what + ": " + recorded.keySet() + " and " + outputs.keySet());
        double largest = recorded.keySet().stream()
                .filter(k -> k.startsWith("d."))
                .mapToDouble(k -> Tolerance.scale(recorded.get(k)))
                .max()
                .orElseThrow();
        int at = 0;
        for (String key : outputs.keySet()) {
            Tensor expected = recorded.get(key);
            Tensor actual = was.get(at++);
            double own = Tolerance.scale(expected);
            double allowed = TOLERANCE * (key.equals("s") ? own : Math.max(own, 0.01 * largest));
            Comparison c = Comparison.of(expected, actual, new Tolerance(0, allowed));
            assertTrue(c.passed(), () -> what + ", " + key + ": " + c);
        }
    }

    private static int[] all(Value v) {
        return IntStream.range(0, v.shape().rank()).toArray();
    }
}
