package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Keras 2 left, Java goes on with: losses and weights of three more steps are Keras 2's ({@code make.py}). */
class ResumeTest {
    @TempDir
    static Path folder;

    private static Map<String, Tensor> recorded;

    private static synchronized Map<String, Tensor> recorded() throws IOException {
        if (recorded == null) {
            recorded = Npz.read(Fixtures.file("keras2.npz"));
            Cases.unpack(Path.of("..", "testdata", "cases", "legacy.zip"), folder);
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
        Map<String, Tensor> expected = recorded();
        Path at = folder.resolve("legacy/compiled/" + name);
        Map<String, Tensor> data = Npz.read(at.resolve("expected.npz"));
        try (Model model = Model.load(at.resolve("model.h5"))) {
            Trainer trainer = model.trainer();
            double[] losses = new double[3];
            for (int i = 0; i < losses.length; i++) {
                trainer.resetMetrics();
                losses[i] = trainer.trainOnBatch(Batch.of(data.get("train.x.0"), data.get("train.y.0")))
                        .get("loss");
            }
            close(expected.get(name + ".loss"), Tensor.of(Shape.of(3), losses), name + ".loss");
            List<String> keys =
                    model.program().variables().stream().map(v -> v.key()).toList();
            for (int i = 0; i < keys.size(); i++) {
                close(expected.get(name + ".w." + i), model.variables().get(keys.get(i)), keys.get(i));
            }
        }
    }

    @Test
    void everyCompiledCaseIsRecorded() throws IOException {
        assertEquals(
                11,
                recorded().keySet().stream().filter(k -> k.endsWith(".loss")).count());
    }

    private static void close(Tensor expected, Tensor was, String what) {
        assertEquals(expected.shape(), was.shape(), what);
        IntStream.range(0, expected.size()).forEach(i -> {
            double e = expected.getDouble(i);
            assertEquals(e, was.getDouble(i), 1e-5 + 1e-4 * Math.abs(e), what + " at " + i);
        });
    }
}
