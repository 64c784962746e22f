package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of sums that are fused and of values that are computed again: the results are those of the graph as it was. */
class FuseSumsTest {
    private static final Variables.Snapshot NONE = new Variables.Snapshot(1, Map.of());
    private static final int ROWS = 1100;

    static IntStream seeds() {
        return IntStream.range(0, 16);
    }

    /** Random graphs of large values, each read often, and sums over their rows, which go on into further values. */
    @ParameterizedTest
    @MethodSource("seeds")
    void meansTheSame(int seed) {
        Random random = new Random(seed);
        int columns = seed % 3 == 0 ? 61 : 64;
        Builder b = new Builder();
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            inputs.add(b.input("x" + i, i < 3 ? TensorType.f32(ROWS, columns) : TensorType.f32(columns)));
        }
        List<Value> large = new ArrayList<>(inputs.subList(0, 3));
        List<Value> rows = new ArrayList<>(inputs.subList(3, 5));
        for (int i = 0; i < 24; i++) {
            Value x = large.get(random.nextInt(large.size()));
            Value y = large.get(random.nextInt(large.size()));
            Value r = rows.get(random.nextInt(rows.size()));
            switch (random.nextInt(9)) {
                case 0 -> large.add(b.minus(x, b.binary(Binary.Fn.MUL, r, 0.5))); // nothing cancels out
                case 1 -> large.add(b.times(b.unary(Unary.Fn.NEG, x), r));
                case 2 -> large.add(b.times(x, b.broadcastTo(r, Dim.of(ROWS), Dim.of(columns))));
                case 3 -> large.add(b.select(b.compare(Compare.Fn.GT, x, b.constant(DType.FLOAT32, 0)), y, r));
                case 4 -> large.add(b.add(new Relu6(), x));
                case 5 -> large.add(b.binary(Binary.Fn.MUL, b.plus(x, y), 0.5));
                case 6 -> large.add(b.unary(Unary.Fn.TANH, x));
                case 7 -> rows.add(b.reduce(Reduce.Fn.MEAN, x, random.nextBoolean(), 0));
                default -> rows.add(b.binary(Binary.Fn.MUL, b.reduce(Reduce.Fn.SUM, x, false, 0), 1.0 / ROWS));
            }
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("a", large.get(large.size() - 1));
        outputs.put("b", large.get(random.nextInt(large.size())));
        rows.subList(2, rows.size()).forEach(r -> outputs.put("r" + outputs.size(), r));
        holds(b.graph(inputs, outputs, Map.of()), random);
    }

    private static Backend.Executable holds(Graph graph, Random random) {
        List<Tensor> arguments = graph.inputs().stream()
                .map(v -> {
                    float[] x = new float[v.shape().size()];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = (float) random.nextGaussian();
                    }
                    return Tensor.of(v.shape(), x);
                })
                .toList();
        List<Tensor> expected = List.copyOf(
                Evaluation.of(graph).run(arguments, key -> null).outputs().values());
        Backend.Executable fast = new JavaBackend().compile(graph, NONE);
        List<Tensor> actual = fast.run(arguments, NONE);
        for (int i = 0; i < expected.size(); i++) {
            TensorAssert.assertThat(actual.get(i), "result " + i + "\n" + fast.explain())
                    .isCloseTo(expected.get(i), 1e-4);
        }
        return fast;
    }

    /** The gradient of a batch normalisation under a ReLU6: nothing large is stored but what it gives. */
    @Test
    void batchNormalisationStoresNoDeviations() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(ROWS, 64));
        Value dy = b.input("dy", TensorType.f32(ROWS, 64));
        Value gamma = b.input("gamma", TensorType.f32(64));
        Value mean = b.reduce(Reduce.Fn.MEAN, x, true, 0);
        Value d = b.minus(x, mean);
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, d), false, 0);
        Value scale = b.times(gamma, b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, variance, 1e-3)));
        Value y = b.add(new Relu6(), b.times(d, scale));
        Value zero = b.constant(DType.FLOAT32, 0);
        Value inside = b.binary(
                Binary.Fn.AND,
                b.compare(Compare.Fn.GT, y, zero),
                b.compare(Compare.Fn.LT, y, b.constant(DType.FLOAT32, 6)));
        Value g = b.select(inside, dy, zero);
        Value down = b.reduce(Reduce.Fn.SUM, b.times(g, d), false, 0);
        Value back = b.times(b.binary(Binary.Fn.MUL, d, 2), b.broadcastTo(down, Dim.of(ROWS), Dim.of(64)));
        Value dx = b.plus(b.times(g, scale), b.plus(back, b.reduce(Reduce.Fn.SUM, back, true, 0)));
        Map<String, Value> outputs = new LinkedHashMap<>(Map.of("y", y));
        outputs.put("dx", dx);
        outputs.put("dbeta", b.reduce(Reduce.Fn.SUM, g, false, 0));
        Backend.Executable fast = holds(b.graph(List.of(x, dy, gamma), outputs, Map.of()), new Random(1));
        String plan = fast.explain();
        assertEquals(1, plan.lines().filter(l -> l.contains(" reduce ")).count(), plan);
        String stored = Shape.of(ROWS, 64).toString();
        assertFalse(plan.contains(stored + ", float32" + stored), plan);
    }
}
