package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Scan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds of sums taken out of loops: the loop gives what it gave, and carries one value less. */
class HoistSumsTest {
    /** Steps, direction, whether the sum comes before the state, whether a factor is a result already, sums that stay. */
    @ParameterizedTest
    @CsvSource({"0,false,false,false,1", "1,true,true,true,1", "5,false,true,false,1", "5,true,false,true,1"})
    void meansTheSame(int n, boolean reverse, boolean sumFirst, boolean given, int left) {
        Builder step = new Builder();
        Value s = step.input("s", TensorType.f32(3, 4));
        Value h = step.input("h", TensorType.f32(2, 3));
        Value x = step.input("x", TensorType.f32(2, 4));
        Value w = step.input("w", TensorType.f32(4, 3));
        Value next = step.plus(h, step.matmul(x, w));
        Value product = step.add(new MatMul(true, false), h, x);
        Value sum = sumFirst ? step.plus(product, s) : step.plus(s, product);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("s", sum);
        results.put("h", next);
        results.put("y", given ? h : next);
        Graph body = step.graph(List.of(s, h, x, w), results, Map.of());

        Builder b = new Builder();
        List<Value> in = List.of(
                b.input("s", TensorType.f32(3, 4)),
                b.input("h", TensorType.f32(2, 3)),
                b.input("x", TensorType.f32(n, 2, 4)),
                b.input("w", TensorType.f32(4, 3)));
        Map<String, Value> outputs = new LinkedHashMap<>();
        b.addAll(new Scan(body, 2, 1, reverse), in).forEach(v -> outputs.put("o" + outputs.size(), v));
        Graph graph = b.graph(in, outputs, Map.of());
        Graph hoisted = HoistSums.apply(graph);
        List<Scan> loops = hoisted.nodes().stream()
                .map(Node::op)
                .filter(Scan.class::isInstance)
                .map(Scan.class::cast)
                .toList();
        assertEquals(left, loops.get(0).carries(), hoisted::toString);
        Random random = new Random(n);
        List<Tensor> arguments = in.stream()
                .map(v -> {
                    float[] values = new float[v.shape().size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) random.nextGaussian();
                    }
                    return Tensor.of(v.shape(), values);
                })
                .toList();
        List<Tensor> expected = results(graph, arguments);
        List<Tensor> actual = results(hoisted, arguments);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).shape(), actual.get(i).shape());
            TensorAssert.assertThat(actual.get(i), "result " + i).isCloseTo(expected.get(i), 1e-6);
        }
    }

    /** A sum that the step reads stays where it is. */
    @ParameterizedTest
    @CsvSource("4")
    void whatTheStepReadsStays(int n) {
        Builder step = new Builder();
        Value s = step.input("s", TensorType.f32(4, 4));
        Value x = step.input("x", TensorType.f32(4, 4));
        Value sum = step.plus(s, step.add(new MatMul(true, false), x, x));
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("s", sum);
        results.put("y", step.matmul(x, s));
        Graph body = step.graph(List.of(s, x), results, Map.of());
        Builder b = new Builder();
        List<Value> in =
                List.of(b.input("s", TensorType.f32(Shape.of(4, 4).dims())), b.input("x", TensorType.f32(n, 4, 4)));
        Map<String, Value> outputs = new LinkedHashMap<>();
        b.addAll(new Scan(body, 1, 1, false), in).forEach(v -> outputs.put("o" + outputs.size(), v));
        Graph hoisted = HoistSums.apply(b.graph(in, outputs, Map.of()));
        assertEquals(
                0,
                hoisted.nodes().stream().filter(v -> v.op() instanceof MatMul).count(),
                hoisted::toString);
    }

    private static List<Tensor> results(Graph g, List<Tensor> arguments) {
        return List.copyOf(
                Evaluation.of(g).run(arguments, key -> null).outputs().values());
    }
}
