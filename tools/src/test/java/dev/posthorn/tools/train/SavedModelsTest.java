package dev.posthorn.tools.train;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.train.CompileConfig;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What TensorFlow makes of SavedModels that it loaded, we do: {@code testdata/savedmodels/make.py}. */
class SavedModelsTest {
    private static final int STEPS = 10;
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        Cases.unpack(Path.of("..", "testdata", "savedmodels", "models.zip"), folder.toAbsolutePath());
    }

    /** Ten steps with the variables that TensorFlow trained; the others stay as they are. */
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "frozen", "control"})
    void trainingIsTensorFlows(String name) throws IOException {
        Map<String, Tensor> expected = Npz.read(folder.resolve(name).resolve("trace.npz"));
        Map<String, Object> about = new ObjectMapper()
                .readValue(folder.resolve(name).resolve("trace.json").toFile(), new TypeReference<>() {});
        try (Model model = Model.load(folder.resolve(name).resolve("saved_model"))) {
            List<?> trained = (List<?>) about.remove("trained");
            for (Variable v : List.copyOf(model.variables().list())) {
                if (v.trainable() && !trained.contains(v.key())) {
                    model.freeze(v.key());
                }
            }
            assertEquals(
                    Set.copyOf(trained),
                    model.program().variables().stream()
                            .filter(Variable::trainable)
                            .map(Variable::key)
                            .collect(Collectors.toSet()));
            Trainer trainer = model.trainer()
                    .compile(CompileConfig.read(
                            about,
                            ((TrainableProgram) model.program()).outputs(),
                            new FieldType.Context(Dialect.KERAS3, "trace.json")));
            Tensor losses = Tensor.zeros(expected.get("loss").type());
            for (int i = 0; i < STEPS; i++) {
                trainer.resetMetrics();
                double loss = trainer.trainOnBatch(Batch.of(expected.get("x." + i), expected.get("y." + i)))
                        .get("loss");
                losses.setDouble(i, loss);
                if (i == 0) {
                    values("after1.", expected, model);
                }
            }
            assertThat(losses).as("losses").matches(expected.get("loss")).within(new Tolerance(TOLERANCE, 0));
            values("final.", expected, model);
        }
    }

    private static void values(String prefix, Map<String, Tensor> expected, Model model) {
        int found = 0;
        for (Map.Entry<String, Tensor> e : expected.entrySet()) {
            if (e.getKey().startsWith(prefix)) {
                Tensor was = model.variables().get(e.getKey().substring(prefix.length()));
                Tolerance allowed = Tolerance.ofScale(e.getValue(), TOLERANCE);
                assertThat(was).as(e.getKey()).matches(e.getValue()).within(allowed);
                found++;
            }
        }
        assertTrue(found > 0, "expected variables but was none, at " + prefix);
    }

    /** The loops of an exported LSTM run as those of Keras's layer do, with the same results as the loops. */
    @Test
    void recurrentLayersAreRecovered() throws IOException {
        Path saved = folder.resolve("lstm").resolve("saved_model");
        Tensor x = Npz.read(folder.resolve("lstm").resolve("trace.npz")).get("x.0");
        try (Model model = Model.load(saved);
                Model loops = Model.load(saved, "reference")) {
            Graph graph = model.program().lower(Signature.DEFAULT, List.of(x.type()), Mode.INFERENCE);
            String plan =
                    model.backend().compile(graph, model.variables().snapshot()).explain();
            assertTrue(plan.contains("Lstm[") && !plan.contains("While[") && !plan.contains("Transpose["), plan);
            assertThat(model).on(x).matches(loops.predict(x)).within(new Tolerance(0, 1e-6));
        }
    }

    @Test
    void scopesAreFrozen() throws IOException {
        try (Model model = Model.load(folder.resolve("lstm").resolve("saved_model"))) {
            model.freeze("first");
            assertTrue(model.program().variables().stream()
                    .filter(v -> v.type().dtype().isFloating())
                    .allMatch(v -> v.trainable() != v.key().contains("/first/")));
            model.unfreeze("sequential/first/lstm_cell/kernel");
            assertTrue(model.program().variables().stream()
                    .anyMatch(v -> v.trainable() && v.key().contains("/first/")));
        }
    }

    @Test
    void checksRaise() throws IOException {
        try (Model model = Model.load(folder.resolve("checks").resolve("saved_model"))) {
            Tensor y = model.predict(Tensor.of(Shape.of(2), 1, (float) Math.E));
            assertEquals(2, y.getDouble(1), 1e-6);
            assertSays("x must be positive", () -> model.predict(Tensor.of(Shape.of(3), 1, -2, 3)));
            assertSays("not finite", () -> model.predict(Tensor.of(Shape.of(2), 1, Float.POSITIVE_INFINITY)));
        }
    }

    private static void assertSays(String what, Runnable call) {
        String message = assertThrows(ShapeException.class, call::run).getMessage();
        assertTrue(message.contains(what) && message.contains("expected"), message);
    }

    @Test
    void onlyTheSignatureThatIsCalledMustBeSupported() throws IOException {
        Path saved = folder.resolve("signatures").resolve("saved_model");
        Tensor x = Tensor.of(Shape.of(2), 1, 2);
        try (Model model = Model.load(saved)) {
            assertEquals(4, model.predict(x).getDouble(1));
            assertEquals(
                    List.of(Signature.DEFAULT, "python"),
                    model.program().signatures().stream().map(Signature::name).toList());
            var e = assertThrows(UnsupportedModelException.class, () -> model.call("python", List.of(x)));
            assertTrue(e.getMessage().contains("PyFunc") && e.getMessage().contains("signature python"), e::getMessage);
        }
        Inspection found = Model.inspect(saved);
        assertTrue(found.contents().stream().anyMatch(i -> i.type().equals("PyFunc") && !i.supported()));
        assertTrue(found.notes().stream().anyMatch(n -> n.startsWith("signature python") && n.contains("PyFunc")));
    }
}
