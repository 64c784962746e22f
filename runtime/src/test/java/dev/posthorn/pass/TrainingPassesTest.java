package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.MaxPoolGradient;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import dev.posthorn.plan.JavaBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of passes that steps of training need: graphs mean the same, and take fewer steps. */
class TrainingPassesTest {
    private static final Variables.Snapshot NONE = new Variables.Snapshot(1, Map.of());

    private final Random random = new Random(1);
    private final Builder b = new Builder();

    private Tensor random(int... dims) {
        Shape shape = Shape.of(dims);
        float[] x = new float[shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, x);
    }

    /** The plan's text; its results are those of the graph. */
    private String plan(List<Value> in, Value... ys) {
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (Value y : ys) {
            outputs.put("y" + outputs.size(), y);
        }
        Graph graph = b.graph(in, outputs, Map.of());
        Backend.Executable fast = new JavaBackend().compile(graph, NONE);
        List<Tensor> arguments = in.stream().map(v -> random(v.shape().dims())).toList();
        List<Tensor> expected = List.copyOf(
                Evaluation.of(graph).run(arguments, key -> null).outputs().values());
        List<Tensor> actual = fast.run(arguments, NONE);
        for (int i = 0; i < ys.length; i++) {
            TensorAssert.assertThat(actual.get(i), "y" + i).isCloseTo(expected.get(i), 1e-5);
        }
        return fast.explain();
    }

    private static long steps(String plan) {
        return plan.lines().filter(l -> l.matches("\\s+\\d+  .*")).count();
    }

    @Test
    void productsWithWeightsThatVaryTakeWhatFollows() {
        Value x = b.input("x", TensorType.f32(2, 7, 7, 3));
        Value w = b.input("w", TensorType.f32(3, 3, 3, 40));
        Value bias = b.input("bias", TensorType.f32(40));
        Window window = Window.valid(List.of(3, 3), List.of(1, 1), List.of(1, 1));
        Value conv = b.plus(b.add(new Conv(window, List.of(1, 1), 1), x, w), bias);
        String plan = plan(List.of(x, w, bias), b.unary(Unary.Fn.RELU, conv));
        assertEquals(1, steps(plan), plan);
        assertTrue(plan.contains("→40 + bias RELU, packs"), plan);
    }

    @Test
    void soDoProductsOfMatrices() {
        Value x = b.input("x", TensorType.f32(9, 20));
        Value w = b.input("w", TensorType.f32(35, 20));
        Value bias = b.input("bias", TensorType.f32(35));
        Value more = b.input("more", TensorType.f32(9, 35));
        Value y = b.plus(b.plus(b.add(new MatMul(false, true), x, w), bias), more);
        String plan = plan(List.of(x, w, bias, more), b.unary(Unary.Fn.TANH, y));
        assertEquals(1, steps(plan), plan);
        assertTrue(plan.contains("+ bias + residual TANH"), plan);
    }

    @Test
    void gradientsAreMaskedBeforeThatOfThePool() {
        Value x = b.input("x", TensorType.f32(8, 25, 25, 32));
        Value dy = b.input("dy", TensorType.f32(8, 12, 12, 32));
        Window window = Window.valid(List.of(2, 2), List.of(2, 2), List.of(1, 1));
        Value y = b.unary(Unary.Fn.RELU, x);
        Value pooled = b.add(new Pool(Pool.Fn.MAX, window), y);
        Value zero = b.constant(y.dtype(), 0);
        Value back = b.add(new MaxPoolGradient(window), y, dy);
        Value masked = b.select(b.compare(Compare.Fn.GT, y, zero), back, zero);
        Value sum = b.reduce(Reduce.Fn.SUM, masked, false, 0, 1, 2);
        String plan = plan(List.of(x, dy), pooled, masked, sum);
        assertEquals(4, steps(plan), plan);
        assertTrue(plan.lines().anyMatch(l -> l.contains("GT Select ReduceSUM") && l.contains("[8×12×12×32]")), plan);
    }

    @Test
    void transpositionsThatAreTakenBackAreNone() {
        Value x = b.input("x", TensorType.f32(3, 4, 5));
        Value once = b.transpose(x, 1, 0, 2);
        Value y = b.unary(Unary.Fn.ABS, b.transpose(once, 1, 0, 2));
        Value other = b.transpose(once, 2, 0, 1);
        String plan = plan(List.of(x), y, other);
        assertEquals(2, steps(plan), plan);
    }
}
