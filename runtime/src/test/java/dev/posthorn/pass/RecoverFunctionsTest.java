package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions written out become ops, whatever their form; what is nearly one stays as it is. */
class RecoverFunctionsTest {
    private static final int N = 6;

    private interface Form {
        Value write(Builder b, Value x, Value gamma, Value beta);
    }

    private static Value mean(Builder b, Value x) {
        return b.reduce(Reduce.Fn.MEAN, x, true, 2);
    }

    private static Value variance(Builder b, Value x) {
        Value m = b.add(new StopGradient(), mean(b, x));
        return b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(x, m)), true, 2);
    }

    private static Value plus(Builder b, Value x, double y) {
        return b.binary(Binary.Fn.ADD, x, y);
    }

    private static Value times(Builder b, Value x, double y) {
        return b.binary(Binary.Fn.MUL, x, y);
    }

    static Stream<Arguments> forms() {
        Map<String, Form> norms = new LinkedHashMap<>();
        norms.put("by a factor and a shift", (b, x, g, c) -> {
            Value i = b.times(b.unary(Unary.Fn.RSQRT, plus(b, variance(b, x), 1e-3)), g);
            return b.plus(b.times(x, i), b.minus(c, b.times(mean(b, x), i)));
        });
        norms.put(
                "divided by a root",
                (b, x, g, c) -> b.plus(
                        b.times(
                                g,
                                b.over(b.minus(x, mean(b, x)), b.unary(Unary.Fn.SQRT, plus(b, variance(b, x), 1e-5)))),
                        c));
        norms.put(
                "without weights",
                (b, x, g, c) ->
                        b.times(b.minus(x, mean(b, x)), b.unary(Unary.Fn.RSQRT, plus(b, variance(b, x), 1e-3))));
        Map<String, Form> gelus = new LinkedHashMap<>();
        gelus.put(
                "erf",
                (b, x, g, c) ->
                        b.times(times(b, x, 0.5), plus(b, b.unary(Unary.Fn.ERF, times(b, x, Math.sqrt(0.5))), 1)));
        gelus.put("tanh of a power", (b, x, g, c) -> {
            Value cube = times(b, b.binary(Binary.Fn.POW, x, 3), 0.044715);
            return b.times(
                    x, times(b, plus(b, b.unary(Unary.Fn.TANH, times(b, b.plus(x, cube), 0.7978845608)), 1), 0.5));
        });
        Map<String, Form> others = new LinkedHashMap<>();
        others.put(
                "mean of squares, not of differences",
                (b, x, g, c) -> b.times(
                        b.minus(x, mean(b, x)),
                        b.unary(Unary.Fn.RSQRT, plus(b, mean(b, b.unary(Unary.Fn.SQUARE, x)), 1e-3))));
        others.put(
                "another factor",
                (b, x, g, c) -> b.times(times(b, x, 0.5), plus(b, b.unary(Unary.Fn.ERF, times(b, x, 0.72)), 1)));
        Stream<Arguments> a =
                norms.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue(), LayerNorm.class));
        Stream<Arguments> g = gelus.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue(), Gelu.class));
        Stream<Arguments> o = others.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue(), null));
        return Stream.of(a, g, o).flatMap(s -> s);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void isRecovered(String name, Form form, Class<?> op) {
        Random random = new Random(3);
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2, 3, N));
        Value residual = b.plus(x, b.input("r", TensorType.f32(2, 3, N)));
        Value y = form.write(b, residual, b.constant(numbers(random, N)), b.constant(numbers(random, N)));
        Graph g = b.graph(List.of(x, residual.node().input(1)), Map.of("y", y), Map.of());
        Graph recovered = RecoverFunctions.apply(g);
        long count = recovered.nodes().stream()
                .filter(n -> n.op() instanceof LayerNorm || n.op() instanceof Gelu)
                .count();
        assertEquals(op == null ? 0 : 1, count, recovered::toString);
        assertEquals(
                op != null, recovered.nodes().stream().anyMatch(n -> n.op().getClass() == op), recovered::toString);
        List<Tensor> in = List.of(numbers(random, 2, 3, N), numbers(random, 2, 3, N));
        Tensor expected = Evaluation.of(g).run(in, k -> null).outputs().get("y");
        TensorAssert.assertThat(
                        Evaluation.of(recovered).run(in, k -> null).outputs().get("y"), name)
                .isCloseTo(expected, 1e-5);
    }

    private static Tensor numbers(Random random, int... dims) {
        Tensor t = Tensor.zeros(new TensorType(DType.FLOAT32, Shape.of(dims)));
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) random.nextGaussian();
        }
        return t;
    }
}
