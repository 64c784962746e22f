package dev.posthorn.tools;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The network trained on real digits: what Python predicts is what Java predicts, from every file and every thread. */
class DigitsTest {
    private static final Path DIGITS = Path.of("..", "testdata", "digits");
    private static final int DIGIT = 28 * 28;

    /** The held-out pictures as the network takes them: grey values divided by 255. */
    private static Tensor pictures() throws IOException {
        Tensor images = Npz.read(DIGITS.resolve("test_digits.npz")).get("images");
        float[] x = new float[images.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = images.getLong(i) / 255f;
        }
        return Tensor.of(Shape.of(images.shape().dim(0), 28, 28, 1), x);
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits.keras", "digits_keras3.h5", "digits_keras2.h5"})
    void probabilitiesAndAccuracyArePythons(String file) throws IOException {
        Tensor expected = Npz.read(DIGITS.resolve("predictions.npz")).get("predictions");
        Tensor labels = Npz.read(DIGITS.resolve("test_digits.npz")).get("labels");
        try (Model model = Model.load(DIGITS.resolve(file))) {
            Tensor y = model.predict(pictures());
            assertThat(y).matches(expected).within(new Tolerance(0, 1e-5));
            assertEquals(correct(expected, labels), correct(y, labels));
            assertTrue(correct(y, labels) >= 970, "expected 970 or more right but was " + correct(y, labels));
        }
    }

    private static int correct(Tensor probabilities, Tensor labels) {
        int classes = probabilities.shape().dim(1);
        int right = 0;
        for (int i = 0; i < labels.size(); i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = probabilities.floats()[i * classes + c] > probabilities.floats()[i * classes + best] ? c : best;
            }
            right += best == labels.getLong(i) ? 1 : 0;
        }
        return right;
    }

    @Test
    void fourThreadsGetTheSameBitsAsOne() throws Exception {
        Tensor all = pictures();
        try (Model model = Model.load(DIGITS.resolve("digits.keras"))) {
            List<Tensor> inputs = new ArrayList<>();
            List<Tensor> expected = new ArrayList<>();
            for (int size : new int[] {1, 3, 7, 16, 32, 40}) {
                for (int first = 0; first < 200; first += 50) {
                    float[] x = new float[size * DIGIT];
                    System.arraycopy(all.floats(), first * DIGIT, x, 0, x.length);
                    inputs.add(Tensor.of(Shape.of(size, 28, 28, 1), x));
                    expected.add(model.predict(inputs.get(inputs.size() - 1)));
                }
            }
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Future<?>> results = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    int offset = thread * 5;
                    results.add(pool.submit(() -> {
                        for (int i = 0; i < 240; i++) {
                            int k = (i + offset) % inputs.size();
                            assertEquals(
                                    expected.get(k), model.predict(inputs.get(k)), "call " + i + " with input " + k);
                        }
                    }));
                }
                for (Future<?> result : results) {
                    result.get();
                }
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void aRowDoesNotDependOnTheRowsBesideIt() throws IOException {
        Tensor all = pictures();
        try (Model model = Model.load(DIGITS.resolve("digits.keras"))) {
            Tensor whole = model.predict(all);
            float[] x = new float[DIGIT];
            System.arraycopy(all.floats(), 500 * DIGIT, x, 0, DIGIT);
            Tensor alone = model.predict(Tensor.of(Shape.of(1, 28, 28, 1), x));
            float[] row = new float[10];
            System.arraycopy(whole.floats(), 5000, row, 0, 10);
            assertEquals(Tensor.of(DType.FLOAT32, Shape.of(1, 10), row), alone);
        }
    }
}
