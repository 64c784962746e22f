package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.ModelEdit;
import dev.posthorn.model.Model;
import dev.posthorn.train.Fit;
import dev.posthorn.train.callback.History;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Table;
import dev.posthorn.train.optimizer.Adam;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are cut, continued, and given other layers: a network in a row and one as a graph. */
class EditTest {
    private static final int CLASSES = 4;

    private static Table quarters() {
        Random random = new Random(1);
        float[] x = new float[200 * 6];
        float[] y = new float[200];
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < 6; k++) {
                x[i * 6 + k] = (float) random.nextGaussian();
            }
            y[i] = (x[i * 6] > 0 ? 1 : 0) + (x[i * 6 + 1] > 0 ? 2 : 0);
        }
        return Dataset.of(Tensor.of(Shape.of(200, 6), x), Tensor.of(Shape.of(200), y));
    }

    private static Model edited(String file, UnaryOperator<ModelEdit> edit, Shape output, String... kept)
            throws IOException {
        try (Model old = Model.load(Fixtures.file(file))) {
            Map<String, Tensor> before = old.variables().snapshot().values();
            Model model = edit.apply(ModelEdit.of(old)).build(42);
            assertEquals(output, model.outputs().get(0).type().shape());
            for (String layer : kept) {
                List<String> keys = before.keySet().stream()
                        .filter(k -> k.startsWith(layer + "/"))
                        .toList();
                assertFalse(keys.isEmpty(), layer);
                keys.forEach(k -> assertEquals(before.get(k), model.variables().get(k), k));
            }
            assertEquals(before, old.variables().snapshot().values(), "the old model stays");
            return model;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.keras", "mixed_float16.functional.midst.keras"})
    void partsArePutInPlace(String file) throws IOException {
        edited(file, e -> e.cutAt("hidden"), Shape.of(-1, file.startsWith("small") ? 16 : 8), "hidden")
                .close();
        edited(file, e -> e.append("more", "Dense", Map.of("units", 7)), Shape.of(-1, 7), "hidden", "norm", "head")
                .close();
        edited(file, e -> e.replace("head", "Dense", Map.of("units", 5)), Shape.of(-1, 5), "hidden", "norm")
                .close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.keras", "mixed_float16.functional.midst.keras"})
    void newHeadsLearn(String file) throws IOException {
        Map<String, Object> head = Map.of("units", CLASSES, "activation", "softmax");
        List<UnaryOperator<ModelEdit>> ways =
                List.of(e -> e.cutAt("norm").append("classes", "Dense", head), e -> e.replace("head", "Dense", head));
        for (UnaryOperator<ModelEdit> way : ways) {
            try (Model model = edited(file, way, Shape.of(-1, CLASSES), "hidden", "norm")) {
                Tensor hidden = model.variables().get("hidden/kernel");
                History history = model.trainer()
                        .freeze("hidden")
                        .optimizer(new Adam(0.05))
                        .loss("sparse_categorical_crossentropy")
                        .metrics("accuracy")
                        .fit(quarters(), Fit.epochs(8).shuffle(1));
                assertEquals(hidden, model.variables().get("hidden/kernel"));
                double[] loss = history.of("loss");
                assertTrue(loss[7] < 0.7 * loss[0], Arrays.toString(loss));
            }
        }
    }

    @Test
    void whatDoesNotFitIsSaid() throws IOException {
        Map<String, String> errors = Map.of(
                "cut", "expected one of the layers [input_layer, hidden, drop, norm, head] but was 'nothing'",
                "again", "expected a name that is new but was 'head'",
                "class", "expected the class of a supported layer but was 'Nonsense'",
                "key", "expected keys of Dense but was [unit]",
                "follow", "expected weights");
        Map<String, UnaryOperator<ModelEdit>> edits = Map.of(
                "cut", e -> e.cutAt("nothing"),
                "again", e -> e.append("head", "Dense", Map.of("units", 2)),
                "class", e -> e.append("more", "Nonsense", Map.of()),
                "key", e -> e.append("more", "Dense", Map.of("units", 2, "unit", 3)),
                "follow", e -> e.replace("hidden", "Dense", Map.of("units", 5)));
        try (Model model = Model.load(Fixtures.file("small.keras"))) {
            edits.forEach((name, edit) -> {
                String message = assertThrows(
                                RuntimeException.class,
                                () -> edit.apply(ModelEdit.of(model)).build(1).close(),
                                name)
                        .getMessage();
                assertTrue(message.contains(errors.get(name)), name + ": " + message);
            });
        }
    }
}
