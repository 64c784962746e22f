package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.WeightSelection;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tensorflow.GraphCut;
import dev.posthorn.tools.verify.Cases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs in files of their own, with the checkpoints of TensorFlow 1 and 2: {@code testdata/savedmodels/checkpoint.py}. */
class GraphFilesTest {
    private static final GraphCut LOGITS = new GraphCut(List.of(), List.of("head/logits"));

    @TempDir
    private static Path folder;

    private static Map<String, Tensor> expected;

    @BeforeAll
    static void unpack() throws IOException {
        Cases.unpack(Path.of("..", "testdata", "savedmodels", "checkpoint.zip"), folder.toAbsolutePath());
        expected = Npz.read(folder.resolve("expected.npz"));
    }

    private static void same(String what, Tensor was) {
        Comparison c = Comparison.of(expected.get(what), was, new Tolerance(1e-5, 1e-6));
        assertTrue(c.passed(), c::toString);
    }

    private static List<String> names(List<Port> ports) {
        return ports.stream().map(Port::name).toList();
    }

    /** A saver's graph is restored from the checkpoint of its name. */
    @Test
    void aMetaGraphHasItsCheckpoint() throws IOException {
        try (Model model = Model.load(folder.resolve("model.ckpt-3.meta"), LOGITS)) {
            assertEquals(List.of("x"), names(model.inputs()));
            same("logits", model.predict(expected.get("x")));
        }
    }

    /** Without its checkpoint its variables have no values until they are loaded, from a checkpoint of whatever age. */
    @ParameterizedTest
    @ValueSource(strings = {"model.ckpt-3.index", "object.index"})
    void aGraphTakesTheWeightsOfACheckpoint(String checkpoint) throws IOException {
        try (Model model = Model.load(folder.resolve("graph.pbtxt"), LOGITS)) {
            Tensor x = expected.get("x");
            assertThrows(ModelFormatException.class, () -> model.predict(x));
            model.loadWeights(folder.resolve(checkpoint), new WeightSelection(true, false));
            same("logits", model.predict(x));
        }
    }

    /**
     * Where nothing is named, what saves, trains and counts is no output, a setting keeps its default, and the parts of a variable
     * are found in the whole.
     */
    @Test
    void aGraphOfATrainingIsCutWhereItPredicts() throws IOException {
        try (Model model = Model.load(folder.resolve("parts.pb"))) {
            assertEquals(List.of("x"), names(model.inputs()));
            List<String> others = names(model.outputs()).stream()
                    .filter(n -> n.matches(".*(save|gradients|Adam|Average|read|cond|training).*"))
                    .toList();
            assertEquals(List.of(), others);
            assertTrue(names(model.outputs()).contains("mean_squared_error/value"));
        }
        try (Model model = Model.load(folder.resolve("parts.pb"), new GraphCut(List.of(), List.of("y")))) {
            assertEquals(List.of("x"), names(model.inputs()));
            model.loadWeights(folder.resolve("parts.index"), new WeightSelection(false, false));
            same("parts", model.predict(expected.get("x")));
        }
    }

    /** In graphs up to version 21 nothing is known of a placeholder whose shape is said to be a scalar's; unknown fields are no matter. */
    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void aScalarOfAnOldGraphMayBeAnything(int version) throws IOException {
        Path file = folder.resolve("scalar" + version + ".pbtxt");
        Files.writeString(file, """
                versions { producer: %d } not_known { field: 1 }
                node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } }
                  attr { key: 'shape' value { shape { } } } }
                node { name: 'y' op: 'Neg' input: 'x' attr { key: 'T' value { type: DT_FLOAT } } }
                """.formatted(version));
        try (Model model = Model.load(file)) {
            assertEquals(version > 21, model.inputs().get(0).type().shape().isRanked());
        }
    }

    /** Any tensor may be given, and any wanted. */
    @Test
    void aGraphIsCutWhereItIsAsked() throws IOException {
        GraphCut cut = new GraphCut(List.of("body/Tanh:0"), List.of("head/logits:0", "body/Tanh"));
        try (Model model = Model.load(folder.resolve("model.ckpt-3.meta"), cut)) {
            assertEquals(List.of("body/Tanh"), names(model.inputs()));
            assertEquals(List.of("head/logits", "body/Tanh"), names(model.outputs()));
            List<Tensor> y = model.predict(List.of(expected.get("hidden")));
            same("logits", y.get(0));
            same("hidden", y.get(1));
        }
    }

    /** What a graph takes from an iterator is an input. */
    @Test
    void anIteratorIsFed() throws IOException {
        try (Model model = Model.load(folder.resolve("feed.pb"))) {
            assertEquals(List.of("IteratorGetNext", "IteratorGetNext:1"), names(model.inputs()));
            same(
                    "fed",
                    model.predict(List.of(
                                    expected.get("x"), Tensor.of(dev.posthorn.ir.Shape.of(3), new long[] {0, 1, 2})))
                            .get(0));
        }
    }

    @Test
    void theCommandLineCuts() throws IOException {
        Path x = folder.resolve("x.npz");
        Npz.write(x, Map.of("body/Tanh", expected.get("hidden")));
        Path out = folder.resolve("y.npy");
        String meta = folder.resolve("model.ckpt-3.meta").toString();
        Cli run = Cli.run(
                "predict",
                meta,
                "--inputs",
                "body/Tanh",
                "--outputs",
                "head/logits",
                "-i",
                x.toString(),
                "-o",
                out.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(Files.exists(out));
        Cli inspected = Cli.run("inspect", meta, "--outputs", "head/logits");
        assertTrue(inspected.out().contains("variable body/w: float32[4×5]"), inspected.out());
        Cli wrong = Cli.run("inspect", meta, "--outputs", "logits");
        assertEquals(2, wrong.code());
        assertTrue(wrong.err().contains("was 'logits' (there are ["), wrong.err());
    }

    /** A graph and its weights become a SavedModel. */
    @Test
    void aMetaGraphBecomesASavedModel() throws IOException {
        Path saved = folder.resolve("saved");
        Cli run = Cli.run(
                "convert",
                folder.resolve("model.ckpt-3.meta").toString(),
                saved.toString(),
                "--outputs",
                "head/logits");
        assertEquals(0, run.code(), run.err());
        try (Model model = Model.load(saved)) {
            same("logits", model.predict(expected.get("x")));
        }
    }

    @Test
    void aCutIsForGraphsAlone() {
        Path digits = Path.of("..", "testdata", "digits", "digits_saved_model");
        assertThrows(IllegalArgumentException.class, () -> Model.load(digits, LOGITS));
    }
}
