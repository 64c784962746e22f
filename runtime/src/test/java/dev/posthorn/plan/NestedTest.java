package dev.posthorn.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of loops that run by a nested plan: they give what {@link Evaluation} gives, call after call. */
class NestedTest {
    private static final int UNITS = 5;

    /** Writes a body over two carries [2×5], one scanned element [2×5] and a weight [5×5]: carries, then stacked results. */
    private interface Body {
        List<Value> write(Builder b, Value c, Value d, Value x, Value w);
    }

    private static final Map<String, Body> BODIES = new LinkedHashMap<>();

    static {
        BODIES.put("cell", (b, c, d, x, w) -> {
            Value h = b.plus(b.matmul(c, w), x);
            return List.of(h, b.plus(d, h), b.times(h, d));
        });
        BODIES.put("carries change places", (b, c, d, x, w) -> List.of(d, b.plus(c, x), c));
        BODIES.put("a carry stays", (b, c, d, x, w) -> List.of(c, d, x));
        BODIES.put("one value for all results", (b, c, d, x, w) -> {
            Value y = b.plus(b.matmul(x, w), d);
            return List.of(y, y, y);
        });
        BODIES.put("a result is a constant", (b, c, d, x, w) -> {
            Value one = b.constant(Tensor.of(Shape.of(2, UNITS), new float[2 * UNITS]));
            return List.of(b.plus(c, x), one, one);
        });
        BODIES.put("a result is a reshape of another", (b, c, d, x, w) -> {
            Value y = b.plus(c, b.matmul(x, w));
            return List.of(y, d, b.reshape(y, UNITS, 2));
        });
        BODIES.put("a composite with weights", (b, c, d, x, w) -> {
            Value row = b.reshape(b.slice(w, 0, 0, 1), UNITS);
            Value y = b.addAll(new LayerNorm(List.of(-1), 1e-3, true, true, false), List.of(b.plus(c, x), row, row))
                    .get(0);
            return List.of(y, b.plus(d, y), y);
        });
        BODIES.put("a loop in a loop", (b, c, d, x, w) -> {
            Value inner = b.addAll(new Scan(graph(BODIES.get("cell"), 5), 2, 1, true), List.of(c, d, thrice(b, x), w))
                    .get(1);
            return List.of(inner, c, inner);
        });
    }

    private static Value thrice(Builder b, Value x) {
        Value row = b.expandDims(x, 0);
        return b.concat(0, List.of(row, row, row));
    }

    private static Graph graph(Body body, int units) {
        Builder b = new Builder();
        TensorType state = TensorType.f32(2, units);
        List<Value> in = List.of(
                b.input("c", state), b.input("d", state), b.input("x", state), b.input("w", TensorType.f32(5, 5)));
        Map<String, Value> results = new LinkedHashMap<>();
        body.write(b, in.get(0), in.get(1), in.get(2), in.get(3)).forEach(v -> results.put("r" + results.size(), v));
        return b.graph(in, results, Map.of());
    }

    static Stream<Arguments> loops() {
        List<Arguments> all = new ArrayList<>();
        for (String body : BODIES.keySet()) {
            for (int n = 0; n < 5; n++) {
                all.add(Arguments.of(body, n, n % 2 == 0, false));
                all.add(Arguments.of(body, n, n % 2 == 1, true));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}, {1} steps, backwards {2}, constant weight {3}")
    @MethodSource("loops")
    void givesWhatEvaluationGives(String body, int n, boolean reverse, boolean constant) {
        Random random = new Random(n);
        Tensor weight = random(random, 5, 5);
        Builder b = new Builder();
        List<Value> in = new ArrayList<>(List.of(
                b.input("c", TensorType.f32(2, UNITS)),
                b.input("d", TensorType.f32(2, UNITS)),
                b.input("x", TensorType.f32(n, 2, UNITS))));
        in.add(constant ? b.constant(weight) : b.input("w", weight.type()));
        Map<String, Value> results = new LinkedHashMap<>();
        b.addAll(new Scan(graph(BODIES.get(body), UNITS), 2, 1, reverse), in)
                .forEach(v -> results.put("y" + results.size(), v));
        Graph graph = b.graph(constant ? in.subList(0, 3) : in, results, Map.of());
        Variables.Snapshot none = new Variables.Snapshot(1, Map.of());
        Backend.Executable fast = new JavaBackend().compile(graph, none);
        assertTrue(fast.explain().contains("loop of " + n), fast::explain);
        assertFalse(fast.explain().contains("reference"), fast::explain);
        for (int call = 0; call < 3; call++) {
            List<Tensor> arguments = new ArrayList<>(
                    List.of(random(random, 2, UNITS), random(random, 2, UNITS), random(random, n, 2, UNITS)));
            if (!constant) {
                arguments.add(weight);
            }
            List<Tensor> before = arguments.stream()
                    .map(t -> t.cast(DType.FLOAT64).cast(DType.FLOAT32))
                    .toList();
            List<Tensor> actual = fast.run(arguments, none);
            List<Tensor> expected = List.copyOf(
                    Evaluation.of(graph).run(arguments, key -> null).outputs().values());
            for (int i = 0; i < expected.size(); i++) {
                TensorAssert.assertThat(actual.get(i), body + ", result " + i).isCloseTo(expected.get(i), 1e-5);
            }
            assertEquals(before, arguments, "arguments are not written");
        }
    }

    private static Tensor random(Random random, int... dims) {
        Shape shape = Shape.of(dims);
        float[] x = new float[shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, x);
    }
}
