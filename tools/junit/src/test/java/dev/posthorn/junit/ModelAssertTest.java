package dev.posthorn.junit;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.golden.Tolerances;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

class ModelAssertTest {
    private static final Places PLACES = new Places();
    private static Path golden;
    private static Map<String, Tensor> recorded;

    @BeforeAll
    static void find() throws IOException {
        golden = PLACES.find(ModelAssertTest.class, "dense");
        recorded = Npz.read(golden.resolve("expected.npz"));
    }

    @AfterAll
    static void close() {
        PLACES.close();
    }

    @Test
    void rightModelsPass() throws IOException {
        try (Model model = Models.load("dense", "java")) {
            Tensor x = recorded.get("b0.in.0");
            assertThat(model).on(x).matches(recorded.get("b0.out.0")).within(1e-5);
            assertThat(model).on(x).matches(golden).within(1e-4);
            assertThat(model).matches(golden).asRecorded();
        }
    }

    @Test
    void wrongOnesFailWithLayerAndCause() throws IOException {
        try (Model model = Models.wrong("dense", "b", Map.of("activation", "sigmoid"))) {
            Tensor x = recorded.get("b0.in.0");
            Match match = assertThat(model).as("scores").on(x).matches(golden);
            String message = assertThrows(AssertionFailedError.class, () -> match.within(1e-4))
                    .getMessage();
            assertTrue(
                    message.matches(
                            "(?s)scores: b0.out.0: \\d+ of 8 values of float32\\[4×2] differ, worst at \\[.*]: expected .*"
                                    + " but was .*first to differ: layer b \\(Dense\\).*likely cause: activation: hard_sigmoid agrees.*"),
                    message);
            assertThat(model).on(x).matches(golden).within(Tolerances.within(10).layers("b", 1));
        }
    }

    @Test
    void onlyRecordedInputsHaveRecordedOutputs() throws IOException {
        try (Model model = Models.load("dense", "java")) {
            Match match = assertThat(model)
                    .on(Tensor.of(Shape.of(1, 6), new float[6]))
                    .matches(golden);
            assertTrue(assertThrows(IllegalArgumentException.class, match::asRecorded)
                    .getMessage()
                    .contains("expected inputs that are recorded but was others"));
        }
    }

    @Test
    void tensorsAreComparedWithTypeAndShape() {
        Tensor a = Tensor.of(Shape.of(2), 1, 2);
        assertThat(a).matches(Tensor.of(Shape.of(2), 1, 2.05f)).within(0.1);
        Match match = assertThat(a).as("sum").matches(Tensor.of(Shape.of(1, 2), 1, 2));
        assertEquals(
                "sum: output 0: expected shape [1×2] but was [2]",
                assertThrows(AssertionFailedError.class, () -> match.within(1)).getMessage());
    }

    @Test
    void aMatchWithoutToleranceIsNotPassedOver() {
        Tensor a = Tensor.of(Shape.of(1), 1);
        Match begun = assertThat(a).matches(a);
        assertThrows(IllegalStateException.class, () -> assertThat(a));
        begun.within(0);
    }
}
