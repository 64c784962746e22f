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
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Branch;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.While;
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
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A loop until a sum is reached or a number of steps, and a choice of two graphs, each with a weight outside. */
    @ParameterizedTest(name = "constant weight {0}")
    @ValueSource(booleans = {false, true})
    void loopsAndChoicesArePlanned(boolean constant) {
        Random random = new Random(7);
        Tensor weight = random(random, 5, 5);
        TensorType state = TensorType.f32(2, UNITS);
        TensorType number = TensorType.of(DType.INT32);
        Builder test = new Builder();
        List<Value> seen = List.of(test.input("i", number), test.input("c", state), test.input("most", number));
        Value small = test.compare(
                Compare.Fn.LT,
                test.reduce(Reduce.Fn.SUM, test.unary(Unary.Fn.ABS, seen.get(1)), false, 0, 1),
                test.constant(DType.FLOAT32, 40));
        Value few = test.compare(Compare.Fn.LT, seen.get(0), seen.get(2));
        Graph condition = test.graph(seen, Map.of("holds", test.binary(Binary.Fn.AND, small, few)), Map.of());
        Builder step = new Builder();
        List<Value> taken = List.of(step.input("i", number), step.input("c", state), step.input("w", weight.type()));
        Map<String, Value> next = new LinkedHashMap<>();
        next.put("i", step.binary(Binary.Fn.ADD, taken.get(0), 1));
        next.put("c", step.plus(taken.get(1), step.unary(Unary.Fn.TANH, step.matmul(taken.get(1), taken.get(2)))));
        While loop = new While(condition, step.graph(taken, next, Map.of()), 2);
        Builder b = new Builder();
        List<Value> in = List.of(b.input("most", number), b.input("c", state), b.input("w", weight.type()));
        Value w = constant ? b.constant(weight) : in.get(2);
        List<Value> end = b.addAll(loop, List.of(b.constant(DType.INT32, 0), in.get(1), in.get(0), w));
        Branch choice = new Branch(List.of(doubled(state, weight.type()), negated(state)));
        Value odd = b.binary(Binary.Fn.FLOOR_MOD, in.get(0), 2);
        Value y = b.addAll(choice, List.of(odd, end.get(1), w, end.get(1))).get(0);
        Graph graph = b.graph(in, Map.of("steps", end.get(0), "y", y), Map.of());
        Variables.Snapshot none = new Variables.Snapshot(1, Map.of());
        Backend.Executable fast = new JavaBackend().compile(graph, none);
        assertTrue(fast.explain().contains("loop while a condition holds"), fast::explain);
        assertTrue(fast.explain().contains("choice of 2"), fast::explain);
        for (int most : new int[] {0, 1, 2, 3, 50}) {
            List<Tensor> arguments = List.of(Tensor.scalar(DType.INT32, most), random(random, 2, UNITS), weight);
            Evaluation.Results expected = Evaluation.of(graph).run(arguments, key -> null);
            List<Tensor> actual = fast.run(arguments, none);
            int i = 0;
            for (Map.Entry<String, Tensor> e : expected.outputs().entrySet()) {
                TensorAssert.assertThat(actual.get(i++), most + " " + e.getKey())
                        .isCloseTo(e.getValue(), 1e-5);
            }
        }
    }

    private static Graph doubled(TensorType state, TensorType weight) {
        Builder b = new Builder();
        List<Value> in = List.of(b.input("x", state), b.input("w", weight));
        return b.graph(in, Map.of("y", b.binary(Binary.Fn.MUL, b.matmul(in.get(0), in.get(1)), 2)), Map.of());
    }

    private static Graph negated(TensorType state) {
        Builder b = new Builder();
        List<Value> in = List.of(b.input("x", state));
        return b.graph(in, Map.of("y", b.unary(Unary.Fn.NEG, in.get(0))), Map.of());
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
