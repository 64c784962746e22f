package dev.posthorn.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.posthorn.golden.GoldenReport;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** {@link GoldenModel} as JUnit runs it: models that agree, a model that does not, and none. */
class GoldenModelTest {

    @GoldenModel(
            value = "transformer",
            backends = {"java", "reference"})
    void everyPartAgreesOnEveryBackend(GoldenTest test, Model model, GoldenReport report) {
        assertTrue(test.passed());
        assertTrue(report.passed());
    }

    @GoldenModel(value = "dense", model = "dense/model.keras")
    void theModelMayBeElsewhere(GoldenTest test, Model model) {
        assertTrue(test.passed());
        assertEquals(6, model.inputs().get(0).type().shape().dim(-1));
    }

    static class OtherModel {
        @GoldenModel(value = "convolutions", model = "dense/model.keras")
        void agrees() {}
    }

    static class NoModel {
        @GoldenModel(value = "dense", model = "dense/other.keras")
        void agrees() {}
    }

    @GoldenModel("convolutions")
    static class OfClass implements GoldenTests {}

    static class Wrong {
        @GoldenModel(value = "convolutions", modelFrom = "model")
        void agrees() {}

        static Model model() throws IOException {
            return Models.wrong("convolutions", "norm", Map.of("epsilon", 1e-5));
        }
    }

    static class Loose {
        @GoldenModel(
                value = "convolutions",
                modelFrom = "model",
                rtol = 1,
                atol = 1,
                layers = {
                    @GoldenModel.Within(layer = "n*", value = 1),
                    @GoldenModel.Within(dtype = "float32", value = 0.5)
                })
        void agrees() {}

        Model model(String backend) throws IOException {
            return Wrong.model();
        }
    }

    static class Missing {
        @GoldenModel("nowhere")
        void agrees() {}
    }

    /** The results by the names of the tests. */
    private static Map<String, TestExecutionResult> run(Class<?> tests) {
        Map<String, TestExecutionResult> results = new LinkedHashMap<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier id, TestExecutionResult result) {
                                results.put(id.getDisplayName(), result);
                            }
                        });
        return results;
    }

    @Test
    void aClassMaySayIt() {
        Map<String, TestExecutionResult> results = run(OfClass.class);
        List<String> names = List.of(
                "output b0.out.0",
                "output b1.out.0",
                "layer norm (BatchNormalization)",
                "training step 1",
                "training step 4");
        assertTrue(results.keySet().containsAll(names), results.keySet()::toString);
        results.forEach((name, r) -> assertEquals(TestExecutionResult.Status.SUCCESSFUL, r.getStatus(), name));
    }

    @Test
    void theWrongLayerFailsAndThoseAfterItAreAborted() {
        Map<String, TestExecutionResult> results = run(Wrong.class);
        TestExecutionResult norm = results.get("layer norm (BatchNormalization)");
        String message = norm.getThrowable().orElseThrow().getMessage();
        assertEquals(TestExecutionResult.Status.FAILED, norm.getStatus());
        assertTrue(
                message.matches(
                        "(?s)layer norm: \\d+ of 72 values of float32\\[2×3×3×4] differ, worst at \\[.*]: expected .*"
                                + " but was .* \\(allowed .*first to differ: layer norm .*likely cause: epsilon: 0.001 agrees.*"),
                message);
        assertEquals(
                TestExecutionResult.Status.FAILED,
                results.get("output b0.out.0").getStatus());
        assertEquals(
                TestExecutionResult.Status.SUCCESSFUL,
                results.get("layer depth (DepthwiseConv2D)").getStatus());
        TestExecutionResult out = results.get("layer out (Dense)");
        assertEquals(TestExecutionResult.Status.ABORTED, out.getStatus());
        assertTrue(out.getThrowable().orElseThrow().getMessage().contains("layer norm (BatchNormalization)"));
    }

    @Test
    void tolerancesAreOfLayersAndDtypes() {
        Map<String, TestExecutionResult> results = run(Loose.class);
        results.forEach((name, r) -> assertEquals(TestExecutionResult.Status.SUCCESSFUL, r.getStatus(), name));
        assertTrue(results.containsKey("layer norm (BatchNormalization)"));
    }

    private static String messages(Class<?> tests) {
        return run(tests).values().stream()
                .flatMap(r -> r.getThrowable().stream())
                .map(Throwable::getMessage)
                .reduce("", (a, b) -> a + b + "\n");
    }

    @Test
    void whatIsMissingIsSaid() {
        String nowhere = messages(Missing.class);
        assertTrue(nowhere.contains("golden: expected a file or a resource but was nothing, at 'nowhere'"), nowhere);
        String other = messages(NoModel.class);
        assertTrue(
                other.contains("golden: expected a file or a resource but was nothing, at 'dense/other.keras'"), other);
    }

    /** Golden values of another model. */
    @Test
    void anotherModelIsSaid() {
        String message = messages(OtherModel.class);
        assertTrue(message.contains("expected shape [?×6] but was [2×10×10×3], at input 'in0'"), message);
    }
}
