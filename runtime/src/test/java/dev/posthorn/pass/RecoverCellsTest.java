package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops that are recurrent layers become these, of the same results; one that differs in one function stays. */
class RecoverCellsTest {
    private static final int STEPS = 4;
    private static final int BATCH = 2;
    private static final int IN = 3;
    private static final int UNITS = 5;
    private static final Op TANH = new Unary(Unary.Fn.TANH);

    @ParameterizedTest
    @CsvSource({
        "lstm, SIGMOID, false, true",
        "lstm, SIGMOID, true, true",
        "lstm, TANH, false, false",
        "gru, SIGMOID, false, true",
        "gru, SIGMOID, true, true",
        "gru, TANH, false, false",
        "before, SIGMOID, false, true",
        "before, SIGMOID, true, true",
        "before, TANH, false, false",
        "rnn, TANH, false, true",
        "rnn, RELU, true, true",
        "rnn, EXP, false, false",
    })
    void aLoopOfAKnownStepIsALayer(String cell, Unary.Fn gate, boolean reverse, boolean isOne) {
        Builder b = new Builder();
        boolean lstm = cell.equals("lstm");
        int gates = lstm ? 4 : cell.equals("rnn") ? 1 : 3;
        int states = lstm ? 2 : 1;
        Value x = b.input("x", TensorType.f32(STEPS, BATCH, IN));
        List<Value> operands = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            operands.add(b.input("state" + i, TensorType.f32(BATCH, UNITS)));
        }
        operands.add(x);
        operands.add(b.constant(tensor(IN, gates * UNITS)));
        operands.add(b.constant(tensor(UNITS, gates * UNITS)));
        operands.add(b.constant(tensor(gates * UNITS)));
        operands.add(b.constant(tensor(gates * UNITS)));
        Scan scan = new Scan(body(cell, new Unary(gate)), states, 1, reverse);
        List<Value> out = b.addAll(scan, operands);
        Map<String, Value> results = new LinkedHashMap<>();
        out.forEach(v -> results.put("result" + results.size(), v));
        List<Value> inputs = new ArrayList<>(List.of(x));
        inputs.addAll(operands.subList(0, states));
        Graph g = b.graph(inputs, results, Map.of());
        Graph recovered = RecoverCells.apply(g);
        assertEquals(isOne, recovered.nodes().stream().noneMatch(n -> n.op() instanceof Scan));
        List<Tensor> in = new ArrayList<>(List.of(tensor(STEPS, BATCH, IN)));
        inputs.stream().skip(1).forEach(v -> in.add(tensor(BATCH, UNITS)));
        Map<String, Tensor> expected = Evaluation.of(g).run(in, key -> null).outputs();
        Map<String, Tensor> was = Evaluation.of(recovered).run(in, key -> null).outputs();
        expected.forEach((name, t) -> {
            assertEquals(t.type(), was.get(name).type(), name);
            for (int i = 0; i < t.size(); i++) {
                assertEquals(t.getDouble(i), was.get(name).getDouble(i), 1e-6, name + " at " + i);
            }
        });
    }

    /** As a SavedModel has the backward half of a bidirectional layer: batch by batch, its steps reversed before and after. */
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru"})
    void aLoopOverReversedStepsRunsBackwards(String cell) {
        Builder b = new Builder();
        boolean lstm = cell.equals("lstm");
        int gates = lstm ? 4 : 3;
        int states = lstm ? 2 : 1;
        Value x = b.input("x", TensorType.f32(BATCH, STEPS, IN));
        List<Value> operands = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            operands.add(b.constant(tensor(BATCH, UNITS)));
        }
        operands.add(b.add(new Reverse(List.of(0)), b.transpose(x, 1, 0, 2)));
        operands.add(b.constant(tensor(IN, gates * UNITS)));
        operands.add(b.constant(tensor(UNITS, gates * UNITS)));
        operands.add(b.constant(tensor(gates * UNITS)));
        operands.add(b.constant(tensor(gates * UNITS)));
        Op gate = new Unary(Unary.Fn.SIGMOID);
        List<Value> out = b.addAll(new Scan(body(cell, gate), states, 1, false), operands);
        Value y = b.add(new Reverse(List.of(1)), b.transpose(out.get(states), 1, 0, 2));
        Graph g = b.graph(List.of(x), Map.of("y", y, "state", out.get(0)), Map.of());
        Graph recovered = RecoverCells.apply(g);
        assertEquals(
                List.of(lstm ? "Lstm" : "Gru"),
                recovered.nodes().stream()
                        .map(n -> n.op().getClass().getSimpleName())
                        .filter(n -> !n.equals("Input") && !n.equals("Constant"))
                        .toList());
        List<Tensor> in = List.of(tensor(BATCH, STEPS, IN));
        Map<String, Tensor> was = Evaluation.of(recovered).run(in, key -> null).outputs();
        Evaluation.of(g).run(in, key -> null).outputs().forEach((name, t) -> {
            assertEquals(t.type(), was.get(name).type(), name);
            for (int i = 0; i < t.size(); i++) {
                assertEquals(t.getDouble(i), was.get(name).getDouble(i), 1e-6, name + " at " + i);
            }
        });
    }

    private static Graph body(String cell, Op gate) {
        return switch (cell) {
            case "lstm" -> lstm(gate);
            case "rnn" -> rnn(gate);
            default -> gru(gate, cell.equals("gru"));
        };
    }

    private static Graph rnn(Op activation) {
        Builder d = new Builder();
        Value h = d.input("h", TensorType.f32(BATCH, UNITS));
        Weights w = new Weights(d, 1);
        Value sum = d.plus(d.plus(d.matmul(w.x, w.kernel), w.bias), d.matmul(h, w.recurrent));
        Value next = d.add(activation, sum);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("h", next);
        results.put("y", next);
        return d.graph(List.of(h, w.x, w.kernel, w.recurrent, w.bias, w.inner), results, Map.of());
    }

    private static Graph lstm(Op gate) {
        Builder d = new Builder();
        Value h = d.input("h", TensorType.f32(BATCH, UNITS));
        Value c = d.input("c", TensorType.f32(BATCH, UNITS));
        Weights w = new Weights(d, 4);
        Value z = d.plus(d.plus(d.matmul(w.x, w.kernel), d.matmul(h, w.recurrent)), w.bias);
        List<Value> next = new Lstm(TANH, gate, false, false, false).gates(d, z, c, UNITS);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("h", next.get(0));
        results.put("c", next.get(1));
        results.put("y", next.get(0));
        return d.graph(List.of(h, c, w.x, w.kernel, w.recurrent, w.bias, w.inner), results, Map.of());
    }

    private static Graph gru(Op gate, boolean resetAfter) {
        Builder d = new Builder();
        Value h = d.input("h", TensorType.f32(BATCH, UNITS));
        Weights w = new Weights(d, 3);
        Value projected = d.plus(w.bias, d.matmul(w.x, w.kernel));
        Gru gru = new Gru(TANH, gate, resetAfter, false, false, false);
        Value next = gru.step(d, projected, h, gru.weights(d, w.recurrent, w.inner));
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("h", next);
        results.put("y", next);
        return d.graph(List.of(h, w.x, w.kernel, w.recurrent, w.bias, w.inner), results, Map.of());
    }

    private static final class Weights {
        final Value x;
        final Value kernel;
        final Value recurrent;
        final Value bias;
        final Value inner;

        Weights(Builder d, int gates) {
            x = d.input("x", TensorType.f32(BATCH, IN));
            kernel = d.input("kernel", TensorType.f32(IN, gates * UNITS));
            recurrent = d.input("recurrent", TensorType.f32(UNITS, gates * UNITS));
            bias = d.input("bias", TensorType.f32(gates * UNITS));
            inner = d.input("inner", TensorType.f32(gates * UNITS));
        }
    }

    private static Tensor tensor(int... dims) {
        Tensor t = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, Math.sin(1 + i * dims.length) * 0.7);
        }
        return t;
    }
}
