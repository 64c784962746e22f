package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import dev.posthorn.plan.JavaBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of fused elements: they mean what they did before, and are computed alike by the fast backend. */
class FuseElementwiseTest {
    private static final Variables.Snapshot NONE = new Variables.Snapshot(1, Map.of());

    /** A chain is joined in time that grows as its length; so is one whose first value each of its nodes reads. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(60)
    void longChainsAreSoonJoined(boolean wide) {
        int n = 150_000;
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(4));
        Value first = b.add(new Unary(Unary.Fn.TANH), x);
        Value y = first;
        for (int i = 0; i < n; i++) {
            y = wide ? b.add(new Binary(Binary.Fn.MUL), y, first) : b.add(new Unary(Unary.Fn.TANH), y);
        }
        Graph g = b.graph(List.of(x), Map.of("y", y), Map.of());
        Graph joined = FuseElementwise.apply(g, node -> !(node.op() instanceof Input));
        assertEquals((n + 1 + 47) / 48 + 1, joined.nodes().size(), wide ? 1 : 0);
    }

    static IntStream seeds() {
        return IntStream.range(0, 60);
    }

    /** Random graphs of elementwise ops over values that stretch, of four types, with sums in between. */
    @ParameterizedTest
    @MethodSource("seeds")
    void meansTheSame(int seed) {
        Random random = new Random(seed);
        int rows = 1 + random.nextInt(7);
        int columns = random.nextInt(4) == 0 ? 1500 : 1 + random.nextInt(40);
        Builder b = new Builder();
        List<Value> inputs = new ArrayList<>();
        int[][] shapes = {{rows, columns}, {rows, columns}, {columns}, {rows, 1}, {}, {1, columns}};
        for (int[] s : shapes) {
            inputs.add(b.input("x" + inputs.size(), TensorType.f32(s)));
        }
        List<Value> floats = new ArrayList<>(inputs);
        List<Value> bools = new ArrayList<>();
        List<Value> whole = new ArrayList<>();
        bools.add(b.compare(Compare.Fn.GT, floats.get(0), floats.get(2)));
        whole.add(b.cast(b.binary(Binary.Fn.MUL, floats.get(1), 7.5), DType.INT32));
        List<Value> doubles = new ArrayList<>(List.of(b.cast(floats.get(0), DType.FLOAT64)));
        for (int i = 0; i < 25; i++) {
            step(b, random, floats, bools, whole, doubles, rows, columns);
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (List<Value> made : List.of(floats, bools, whole, doubles)) {
            outputs.put("y" + outputs.size(), made.get(made.size() - 1));
            outputs.put("z" + outputs.size(), made.get(random.nextInt(made.size())));
        }
        Graph graph = b.graph(inputs, outputs, Map.of());
        List<Tensor> arguments = inputs.stream()
                .map(v -> {
                    float[] x = new float[v.shape().size()];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = (float) random.nextGaussian();
                    }
                    return Tensor.of(v.shape(), x);
                })
                .toList();
        List<Tensor> expected = results(graph, arguments);
        Graph fused = FuseElementwise.apply(graph, n -> !(n.op() instanceof Reduce) && !(n.op() instanceof Input));
        assertEquals(expected, results(fused, arguments));
        Backend.Executable fast = new JavaBackend().compile(graph, NONE);
        assertFalse(fast.explain().contains("reference"), fast::explain);
        List<Tensor> actual = fast.run(arguments, NONE);
        for (int i = 0; i < expected.size(); i++) {
            TensorAssert.assertThat(actual.get(i), "result " + i + "\n" + fast.explain())
                    .isCloseTo(expected.get(i), expected.get(i).dtype().isFloating() ? 2e-5 : 0);
        }
    }

    /** Values stay small, and far from where functions jump. */
    private static void step(
            Builder b,
            Random random,
            List<Value> floats,
            List<Value> bools,
            List<Value> whole,
            List<Value> doubles,
            int rows,
            int columns) {
        Value x = floats.get(random.nextInt(floats.size()));
        Value y = floats.get(random.nextInt(floats.size()));
        Value c = bools.get(random.nextInt(bools.size()));
        Value k = whole.get(random.nextInt(whole.size()));
        Value d = doubles.get(random.nextInt(doubles.size()));
        switch (random.nextInt(14)) {
            case 0 -> floats.add(b.unary(Unary.Fn.TANH, b.plus(x, y)));
            case 1 -> floats.add(b.unary(Unary.Fn.SIGMOID, b.times(x, y)));
            case 2 -> floats.add(b.minus(x, b.binary(Binary.Fn.MUL, y, 0.5)));
            case 3 -> floats.add(b.over(x, b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.SQUARE, y), 1)));
            case 4 -> floats.add(b.select(c, x, y));
            case 5 -> floats.add(b.add(new Gelu(false), x));
            case 6 -> floats.add(b.select(c, b.constant(DType.FLOAT32, 0.25), x));
            case 7 -> bools.add(b.binary(Binary.Fn.AND, c, bools.get(0)));
            case 8 -> bools.add(b.compare(Compare.Fn.LE, k, whole.get(0)));
            case 9 -> whole.add(b.binary(Binary.Fn.MAX, b.minus(k, whole.get(0)), b.select(c, k, whole.get(0))));
            case 10 -> doubles.add(b.unary(Unary.Fn.SIN, b.plus(d, doubles.get(0))));
            case 11 ->
                floats.add(
                        x.shape().rank() == 2
                                ? b.reduce(Reduce.Fn.MEAN, x, true, 1)
                                : b.cast(b.binary(Binary.Fn.XOR, c, bools.get(0)), DType.FLOAT32));
            case 12 -> floats.add(b.broadcastTo(b.binary(Binary.Fn.MIN, x, 2), Dim.of(rows), Dim.of(columns)));
            default -> floats.add(b.cast(b.times(d, b.cast(c, DType.FLOAT64)), DType.FLOAT32));
        }
    }

    private static List<Tensor> results(Graph g, List<Tensor> arguments) {
        return List.copyOf(
                Evaluation.of(g).run(arguments, key -> null).outputs().values());
    }

    /** Adam's step, with its three results, is one pass. */
    @Test
    void anOptimizersStepIsOnePass() {
        Builder b = new Builder();
        TensorType type = TensorType.f32(3, 5);
        Value w = b.input("w", type);
        Value g = b.input("g", type);
        Value m = b.input("m", type);
        Value v = b.input("v", type);
        Value rate = b.input("rate", TensorType.f32());
        Value m1 = b.plus(m, b.binary(Binary.Fn.MUL, b.minus(g, m), 0.1));
        Value v1 = b.plus(v, b.binary(Binary.Fn.MUL, b.minus(b.unary(Unary.Fn.SQUARE, g), v), 0.001));
        Value down = b.binary(Binary.Fn.ADD, b.unary(Unary.Fn.SQRT, v1), 1e-7);
        Value w1 = b.minus(w, b.over(b.times(m1, rate), down));
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("w", w1);
        outputs.put("m", m1);
        outputs.put("v", v1);
        Graph graph = b.graph(List.of(w, g, m, v, rate), outputs, Map.of());
        Graph fused = FuseElementwise.apply(graph, n -> n.op() instanceof Binary || n.op() instanceof Unary);
        List<Fused> groups = fused.nodes().stream()
                .flatMap(n -> n.op() instanceof Fused f ? Stream.of(f) : Stream.of())
                .toList();
        assertEquals(1, groups.size(), fused::toString);
        assertEquals(3, groups.get(0).body().results().size());
        assertTrue(fused.nodes().stream().noneMatch(n -> n.op() instanceof Binary), fused::toString);
    }

    /** x → f → sum → g(f, sum): f and g must not become one, for the sum lies between them. */
    @Test
    void whatLiesBetweenStaysBetween() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(4, 3));
        Value f = b.unary(Unary.Fn.EXP, b.binary(Binary.Fn.MUL, x, 2));
        Value sum = b.reduce(Reduce.Fn.SUM, f, true, 0, 1);
        Value y = b.unary(Unary.Fn.SQRT, b.over(f, sum));
        Graph graph = b.graph(List.of(x), Map.of("y", y), Map.of());
        Graph fused = FuseElementwise.apply(graph, n -> n.op() instanceof Binary || n.op() instanceof Unary);
        Tensor in = Tensor.of(Shape.of(4, 3), new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertEquals(results(graph, List.of(in)), results(fused, List.of(in)));
        assertEquals(
                2, fused.nodes().stream().filter(n -> n.op() instanceof Fused).count(), fused::toString);
    }
}
