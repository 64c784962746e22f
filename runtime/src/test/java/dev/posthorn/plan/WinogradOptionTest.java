package dev.posthorn.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Large tiles of Winograd are for those who ask for them, by the backend's name or for all of a JVM. */
class WinogradOptionTest {
    private static final String PROPERTY = "posthorn.winograd";
    private static final String SMALL = "conv by Winograd [3, 3] 64→64";
    private static final String LARGE = "conv by Winograd 4×4 [3, 3] 64→64";
    private static final Variables.Snapshot NONE = new Variables.Snapshot(1, Map.of());

    private static Tensor random(long seed, int... dims) {
        Random random = new Random(seed);
        Shape shape = Shape.of(dims);
        float[] x = new float[shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, x);
    }

    /** The step of a convolution over 30×30, whose results are those of the definition. */
    private static String step(String backend, boolean constant) {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(1, 30, 30, 64));
        Tensor weights = random(2, 3, 3, 64, 64);
        Value w = constant ? b.constant(weights) : b.input("w", TensorType.f32(3, 3, 64, 64));
        Window window = Window.valid(List.of(3, 3), List.of(1, 1), List.of(1, 1));
        Value y = b.add(new Conv(window, List.of(1, 1), 1), x, w);
        Graph graph = b.graph(constant ? List.of(x) : List.of(x, w), Map.of("y", y), Map.of());
        List<Tensor> arguments = new ArrayList<>(List.of(random(1, 1, 30, 30, 64)));
        if (!constant) {
            arguments.add(weights);
        }
        Tensor expected = Evaluation.of(graph)
                .run(arguments, key -> null)
                .outputs()
                .values()
                .iterator()
                .next();
        Backend.Executable plan = Backend.named(backend).compile(graph, NONE);
        TensorAssert.assertThat(plan.run(arguments, NONE).get(0), backend).isCloseTo(expected, 1e-5);
        return plan.explain().lines().toList().get(1).replaceAll("^ +0 +|  .*", "");
    }

    private static String message(String backend) {
        return assertThrows(IllegalArgumentException.class, () -> step(backend, true))
                .getMessage();
    }

    @Test
    void onlyWhoAsksGetsLargeTiles() {
        assertEquals(SMALL, step("java", true));
        assertEquals(SMALL, step("java:winograd=2", true));
        assertEquals(LARGE, step("java:winograd=4", true));
        assertEquals("java:winograd=4", Backend.named("java:winograd=4").name());
    }

    @Test
    void weightsOfEachCallHaveSmallTiles() {
        assertEquals(SMALL + ", packs", step("java:winograd=4", false));
    }

    @Test
    void whatTheBackendsNameSaysGoesBeforeTheProperty() {
        System.setProperty(PROPERTY, "4");
        try {
            assertEquals(LARGE, step("java", true));
            assertEquals(SMALL, step("java:winograd=2", true));
            System.setProperty(PROPERTY, "3");
            assertEquals("-Dposthorn.winograd: expected 2 or 4 but was '3'", message("java"));
        } finally {
            System.clearProperty(PROPERTY);
        }
    }

    @Test
    void anythingElseIsOneClearError() {
        assertEquals("backend java: winograd: expected 2 or 4 but was '3'", message("java:winograd=3"));
        assertEquals("backend java: winograd: expected 2 or 4 but was 'four'", message("java:winograd=four"));
        assertEquals(
                "backend java: expected no device but cpu, no compiler and no loader of its own but was ':jit:winograd=4'"
                        + " (backend tensorflow has them)",
                message("java:jit:winograd=4"));
        assertEquals(
                "backend reference: expected no options but was ':winograd=4' (those are backend java's)",
                message("reference:winograd=4"));
    }
}
