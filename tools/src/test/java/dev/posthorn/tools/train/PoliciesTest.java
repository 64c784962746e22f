package dev.posthorn.tools.train;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ten steps where the policy of the whole model is not float32, or variables have optimizers of their own, are Keras's:
 * {@code policies.py}.
 */
class PoliciesTest {
    @TempDir
    Path folder;

    /** Numbers in float16 have 11 bits; losses are float32 everywhere, also those of float64 models. */
    @ParameterizedTest
    @CsvSource({
        "mixed_float16.sequential, new, true, 2e-3",
        "mixed_float16.sequential, midst, true, 2e-3",
        "mixed_float16.functional, new, true, 2e-3",
        "mixed_float16.functional, midst, true, 2e-3",
        "float64.sequential, new, false, 1e-6",
        "float64.sequential, midst, false, 1e-6",
        "float32.sequential, new, false, 1e-5",
        "float32.sequential, midst, false, 1e-5",
    })
    void stepsAreKerass(String name, String file, boolean scales, double tolerance) throws IOException {
        Map<String, Tensor> expected = Npz.read(Fixtures.file("policies.npz"));
        int first = file.equals("new") ? 0 : 4;
        Path again = folder.resolve("again.keras");
        try (Model model = Model.load(Fixtures.file(name + "." + file + ".keras"))) {
            Trainer trainer = model.trainer();
            steps(trainer, expected, name, first, 7, tolerance);
            model.save(again);
        }
        try (Model model = Model.load(again)) {
            Trainer trainer = model.trainer();
            steps(trainer, expected, name, 7, 10, tolerance);
            List<Tensor> slots = trainer.optimizerVariables();
            assertEquals(scales ? 4096 : slots.get(3).getDouble(0), slots.get(3).getDouble(0), "the scale");
            for (int i = 0; i < slots.size(); i++) {
                close(expected.get(name + ".o." + i), slots.get(i), tolerance, "optimizer " + i);
            }
            List<String> keys =
                    model.program().variables().stream().map(v -> v.key()).toList();
            for (int i = 0; i < keys.size(); i++) {
                close(expected.get(name + ".w." + i), model.variables().get(keys.get(i)), tolerance, keys.get(i));
            }
        }
    }

    private static void steps(Trainer t, Map<String, Tensor> all, String name, int from, int to, double tolerance)
            throws IOException {
        for (int i = from; i < to; i++) {
            t.resetMetrics();
            double loss = t.trainOnBatch(Batch.of(row(all.get(name + ".x"), i), row(all.get(name + ".y"), i)))
                    .get("loss");
            double e = all.get(name + ".loss").getDouble(i);
            assertEquals(e, loss, tolerance * Math.abs(e), "loss of step " + i);
        }
    }

    private static Tensor row(Tensor t, int i) {
        int n = t.size() / t.shape().dim(0);
        Tensor out =
                Tensor.zeros(t.type().withShape(t.shape().slice(1, t.shape().rank())));
        IntStream.range(0, n).forEach(k -> out.setDouble(k, t.getDouble(i * n + k)));
        return out;
    }

    private static void close(Tensor expected, Tensor was, double tolerance, String what) {
        assertThat(was).as(what).matches(expected).within(Tolerance.ofScale(expected, tolerance));
    }
}
