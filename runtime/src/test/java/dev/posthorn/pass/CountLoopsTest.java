package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.While;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loops that count become scans of the same results; others stay. */
class CountLoopsTest {
    private static final int N = 5;

    /** {@code for i in first..last: s = tanh(s + x[i]), y[i - shift] = s}, with other conditions, too. */
    @ParameterizedTest
    @CsvSource({
        "0, 5, LT, false, true, 3",
        "0, 5, GT, false, true, 3",
        "0, 4, LT, false, true, 3",
        "1, 5, LT, false, true, 3",
        "0, 5, LT, true, false, 3",
        "0, 5, LE, false, false, 3",
        "0, 0, LT, false, false, 3",
        "0, 5, LT, false, true, 0",
    })
    void aLoopThatCountsIsAScan(int first, int last, Compare.Fn fn, boolean byValue, boolean counts, int width) {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(N + 1, width));
        Value s = b.input("s", TensorType.f32(width));
        Value list = b.broadcastTo(b.constant(DType.FLOAT32, 0), b.dims(x));
        Graph condition = condition(last, fn, byValue, width);
        Graph body = body(width);
        List<Value> out = b.addAll(new While(condition, body, 3), List.of(b.constant(DType.INT32, first), s, list, x));
        Graph g = b.graph(List.of(x, s), Map.of("n", out.get(0), "s", out.get(1), "y", out.get(2)), Map.of());
        Graph counted = CountLoops.apply(g);
        assertEquals(counts, counted.nodes().stream().anyMatch(n -> n.op() instanceof Scan), "scan");
        assertEquals(!counts, counted.nodes().stream().anyMatch(n -> n.op() instanceof While), "while");
        Tensor values = Tensor.zeros(TensorType.f32(N + 1, width));
        for (int i = 0; i < values.size(); i++) {
            values.setDouble(i, Math.sin(i));
        }
        List<Tensor> in = List.of(values, Tensor.zeros(TensorType.f32(width)));
        Map<String, Tensor> expected = Evaluation.of(g).run(in, key -> null).outputs();
        Map<String, Tensor> was = Evaluation.of(counted).run(in, key -> null).outputs();
        expected.forEach((name, t) -> {
            assertEquals(t.type(), was.get(name).type(), name);
            for (int i = 0; i < t.size(); i++) {
                assertEquals(t.getDouble(i), was.get(name).getDouble(i), name + " at " + i);
            }
        });
    }

    private static Graph condition(int last, Compare.Fn fn, boolean byValue, int width) {
        Builder c = new Builder();
        Value i = c.input("i", TensorType.of(DType.INT32));
        Value s = c.input("s", TensorType.f32(width));
        Value y = c.input("y", TensorType.f32(N + 1, width));
        Value end = c.constant(DType.INT32, last);
        Value holds = fn == Compare.Fn.GT ? c.compare(fn, end, i) : c.compare(fn, i, end);
        if (byValue) {
            Value less = c.compare(Compare.Fn.LT, c.reduce(Reduce.Fn.MAX, s, false, 0), c.constant(DType.FLOAT32, 0.9));
            holds = c.binary(Binary.Fn.AND, holds, less);
        }
        return c.graph(List.of(i, s, y), Map.of("holds", holds), Map.of());
    }

    private static Graph body(int width) {
        Builder d = new Builder();
        Value i = d.input("i", TensorType.of(DType.INT32));
        Value s = d.input("s", TensorType.f32(width));
        Value y = d.input("y", TensorType.f32(N + 1, width));
        Value x = d.input("x", TensorType.f32(N + 1, width));
        Value next = d.unary(Unary.Fn.TANH, d.plus(s, d.gather(x, i, 0)));
        Value set = d.add(new Scatter(Scatter.Fn.SET), y, d.reshape(i, 1), d.expandDims(next, 0));
        Value more = d.plus(i, d.constant(DType.INT32, 1));
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("i", more);
        results.put("s", next);
        results.put("y", set);
        return d.graph(List.of(i, s, y, x), results, Map.of());
    }
}
