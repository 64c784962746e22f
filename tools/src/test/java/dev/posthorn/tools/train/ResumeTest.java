package dev.posthorn.tools.train;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Keras 2 left, Java goes on with: losses and weights of three more steps are Keras 2's ({@code make.py}). */
class ResumeTest {
    @TempDir
    static Path folder;

    private static Map<String, Tensor> recorded;

    private static synchronized Map<String, Tensor> recorded() throws IOException {
        if (recorded == null) {
            recorded = Npz.read(Fixtures.file("keras2.npz"));
            for (String suite : List.of("legacy", "training")) {
                Cases.unpack(Path.of("..", "testdata", "cases", suite + ".zip"), folder);
            }
        }
        return recorded;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sgd",
                "sgd_momentum",
                "adam",
                "adam_amsgrad",
                "rmsprop",
                "adagrad",
                "adadelta",
                "adamax",
                "nadam",
                "ftrl",
                "cnn_adam"
            })
    void goesOnWhereKeras2Left(String name) throws IOException {
        goesOn(name, folder.resolve("legacy/compiled/" + name + "/model.h5"));
    }

    /** Where the optimizers of both versions compute the same, a file of Keras 3 goes on as the one that it was made of. */
    @ParameterizedTest
    @ValueSource(strings = {"sgd", "sgd_momentum", "adam", "adam_amsgrad", "adadelta", "adamax", "ftrl", "cnn_adam"})
    void goesOnInAFileOfKeras3(String name) throws IOException {
        recorded();
        Path converted = folder.resolve(name + ".keras");
        try (Model model = Model.load(folder.resolve("legacy/compiled/" + name + "/model.h5"))) {
            model.save(converted);
        }
        goesOn(name, converted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rmsprop", "adagrad", "nadam"})
    void whatKeras3ComputesOtherwiseIsRefused(String name) throws IOException {
        recorded();
        try (Model model = Model.load(folder.resolve("legacy/compiled/" + name + "/model.h5"))) {
            Path target = folder.resolve(name + ".keras");
            UnsupportedModelException e = assertThrows(UnsupportedModelException.class, () -> model.save(target));
            assertTrue(e.getMessage().contains("formulas of Keras 2 before 2.11"), e.getMessage());
            model.save(target, SaveOptions.DEFAULT.withoutTraining());
        }
    }

    /** Files of Keras 2 go on as those of Keras 3 of which they were made: bit by bit, for the steps are the same. */
    @ParameterizedTest
    @ValueSource(
            strings = {"sgd", "adam", "adam_amsgrad", "adamw", "sgd_momentum", "rmsprop_momentum", "adagrad", "ftrl"})
    void goesOnInAFileOfKeras2(String name) throws IOException {
        recorded();
        Path at = folder.resolve("training/fit/optimizer/" + name);
        Map<String, Tensor> data = Npz.read(at.resolve("data.npz"));
        Batch batch = Batch.of(data.get("x.0"), data.get("y.0"));
        Path converted = folder.resolve(name + "-2.h5");
        try (Model model = Model.load(at.resolve("trained.keras"))) {
            model.trainer().learningRate(0.125); // which Keras 2 keeps in the configuration
            model.save(converted, SaveOptions.DEFAULT.withDialect(Dialect.KERAS2));
            try (Model other = Model.load(converted)) {
                for (int i = 0; i < 3; i++) {
                    double loss = model.trainer().trainOnBatch(batch).get("loss");
                    assertEquals(loss, other.trainer().trainOnBatch(batch).get("loss"));
                }
            }
        }
    }

    /** What Keras 2 has no variable for, it would begin anew. */
    @Test
    void whatKeras2KeepsInNoFileIsRefused() throws IOException {
        recorded();
        Path converted = folder.resolve("nadam-2.h5");
        SaveOptions options = SaveOptions.DEFAULT.withDialect(Dialect.KERAS2);
        try (Model model = Model.load(folder.resolve("training/fit/optimizer/nadam/trained.keras"))) {
            UnsupportedModelException e =
                    assertThrows(UnsupportedModelException.class, () -> model.save(converted, options));
            assertTrue(e.getMessage().contains("--no-optimizer"), e::getMessage);
            assertFalse(Files.exists(converted));
            model.save(converted, options.withoutTraining());
            Model.load(converted).close();
        }
    }

    /** Files of real Keras 2.15 ({@code keras2.py --trained}), in both of its formats. */
    @ParameterizedTest
    @MethodSource("trained")
    void goesOnWhereKeras215Left(Path at, String file) throws IOException {
        Map<String, Tensor> expected = Npz.read(at.resolve("expected.npz"));
        Batch batch = Batch.of(expected.get("x"), expected.get("y"));
        Path again = at.resolve("again.h5");
        try (Model model = Model.load(at.resolve(file))) {
            goesOn(model, batch, expected, "");
        }
        if (file.endsWith(".h5")) { // and what was read is written
            try (Model model = Model.load(at.resolve(file))) {
                model.trainer().learningRate();
                model.save(again);
            }
            try (Model model = Model.load(again)) {
                goesOn(model, batch, expected, "");
            }
        }
    }

    static Stream<Arguments> trained() throws IOException {
        Cases.unpack(Path.of("..", "testdata", "optimizers", "keras2_trained.zip"), folder);
        try (Stream<Path> all = Files.list(folder.resolve("keras2_trained"))) {
            return all.sorted().toList().stream()
                    .flatMap(at -> Stream.of(Arguments.of(at, "model.h5"), Arguments.of(at, "model.keras")));
        }
    }

    private static void goesOn(String name, Path file) throws IOException {
        Map<String, Tensor> expected = recorded();
        Path at = folder.resolve("legacy/compiled/" + name);
        Map<String, Tensor> data = Npz.read(at.resolve("expected.npz"));
        try (Model model = Model.load(file)) {
            goesOn(model, Batch.of(data.get("train.x.0"), data.get("train.y.0")), expected, name + ".");
        }
    }

    private static void goesOn(Model model, Batch batch, Map<String, Tensor> expected, String name) throws IOException {
        Trainer trainer = model.trainer();
        double[] losses = new double[3];
        for (int i = 0; i < losses.length; i++) {
            trainer.resetMetrics();
            losses[i] = trainer.trainOnBatch(batch).get("loss");
        }
        close(expected.get(name + "loss"), Tensor.of(Shape.of(3), losses), name + "loss");
        List<String> keys =
                model.program().variables().stream().map(v -> v.key()).toList();
        for (int i = 0; i < keys.size(); i++) {
            close(expected.get(name + "w." + i), model.variables().get(keys.get(i)), keys.get(i));
        }
    }

    @Test
    void everyCompiledCaseIsRecorded() throws IOException {
        assertEquals(
                11,
                recorded().keySet().stream().filter(k -> k.endsWith(".loss")).count());
    }

    private static void close(Tensor expected, Tensor was, String what) {
        assertThat(was.cast(expected.dtype())).as(what).matches(expected).within(new Tolerance(1e-4, 1e-5));
    }
}
