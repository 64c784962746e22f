package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
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
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loops as Keras exports recurrent layers with a mask become these layers, of the same results for masks on the left, on the right,
 * in the middle, everywhere and nowhere; one whose masked steps do anything else stays.
 */
class RecoverMaskedCellsTest {
    private static final int[][] MASK = {
        {0, 0, 1, 1, 1}, {1, 1, 1, 0, 0}, {1, 0, 0, 1, 0}, {0, 0, 0, 0, 0}, {1, 1, 1, 1, 1}, {0, 1, 0, 1, 0}
    };
    private static final int BATCH = MASK.length;
    private static final int STEPS = 5;
    private static final int IN = 3;
    private static final int UNITS = 6; // as many as rows, so that a mask of units would fit
    private static final Op TANH = new Unary(Unary.Fn.TANH);
    private static final Op SIGMOID = new Unary(Unary.Fn.SIGMOID);

    @ParameterizedTest
    @CsvSource({
        "lstm, repeats, Lstm",
        "lstm, last, Lstm",
        "lstm, zeros, Lstm",
        "lstm, states, Lstm",
        "gru, repeats, Gru",
        "gru, last, Gru",
        "gru, zeros, Gru",
        "gru, states, Gru",
        "no bias, repeats, Gru",
        "no bias, last, Gru",
        "before, repeats, Gru",
        "before, last, Gru",
        "before, zeros, Gru",
        "before, states, Gru",
        "rnn, repeats, SimpleRnn",
        "rnn, last, SimpleRnn",
        "rnn, zeros, SimpleRnn",
        "rnn, states, SimpleRnn",
        "lstm, begins otherwise, Scan",
        "gru, begins otherwise, Scan",
        "rnn, begins otherwise, Scan",
        "lstm, a state goes on, Scan",
        "gru, a state goes on, Scan",
        "rnn, a state goes on, Scan",
        "lstm, turned, Scan",
        "gru, turned, Scan",
        "rnn, turned, Scan",
        "lstm, of units, Scan",
        "gru, of units, Scan",
        "rnn, of units, Scan",
        "lstm, gives ones, Scan",
        "gru, gives ones, Scan",
        "rnn, gives ones, Scan"
    })
    void aLoopWithAMaskIsALayer(String cell, String how, String expected) {
        for (boolean reverse : new boolean[] {false, true}) {
            for (boolean zero : new boolean[] {false, true}) {
                Builder b = new Builder();
                Value x = b.input("x", TensorType.f32(STEPS, BATCH, IN));
                Value mask = b.input("mask", new TensorType(DType.BOOL, Shape.of(STEPS, BATCH, 1)));
                List<Value> inputs = new ArrayList<>(List.of(x, mask));
                List<Value> states = new ArrayList<>();
                for (int i = 0; i < (cell.equals("lstm") ? 2 : 1); i++) {
                    TensorType type = TensorType.f32(BATCH, UNITS);
                    Value state = zero ? b.constant(Tensor.zeros(type)) : b.input("state" + i, type);
                    states.add(state);
                    if (!zero) {
                        inputs.add(state);
                    }
                }
                List<Value> out = loop(b, cell, how, reverse, states, x, mask);
                Map<String, Value> results = new LinkedHashMap<>();
                out.forEach(v -> results.put("result" + results.size(), v));
                check(b.graph(inputs, results, Map.of()), expected, cell + " " + how + " " + reverse + " " + zero);
            }
        }
    }

    /** As a SavedModel has the backward half of a bidirectional layer: steps and mask reversed before, outputs after. */
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "before", "rnn"})
    void aLoopOverReversedStepsAndMasksRunsBackwards(String cell) {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(BATCH, STEPS, IN));
        Value mask = b.input("mask", new TensorType(DType.BOOL, Shape.of(BATCH, STEPS)));
        Value zero = b.constant(Tensor.zeros(TensorType.f32(BATCH, UNITS)));
        Reverse time = new Reverse(List.of(0));
        Value steps = b.add(time, b.transpose(x, 1, 0, 2));
        Value column = b.add(time, b.transpose(b.expandDims(mask, 2), 1, 0, 2));
        List<Value> states = cell.equals("lstm") ? List.of(zero, zero) : List.of(zero);
        List<Value> out = loop(b, cell, "zeros", false, states, steps, column);
        Value y = b.add(new Reverse(List.of(1)), b.transpose(out.get(out.size() - 1), 1, 0, 2));
        Graph recovered = check(b.graph(List.of(x, mask), Map.of("y", y, "h", out.get(1)), Map.of()), null, cell);
        assertEquals(
                List.of(cell.equals("lstm") ? "Lstm" : cell.equals("rnn") ? "SimpleRnn" : "Gru"),
                names(recovered).toList());
    }

    private static List<Value> loop(
            Builder b, String cell, String how, boolean reverse, List<Value> states, Value x, Value mask) {
        int gates = cell.equals("lstm") ? 4 : cell.equals("rnn") ? 1 : 3;
        List<Value> in = new ArrayList<>();
        Tensor first = Tensor.zeros(TensorType.f32(BATCH, UNITS));
        first.setDouble(7, how.equals("begins otherwise") ? 0.5 : 0);
        in.add(b.constant(first));
        in.addAll(states);
        in.add(x);
        in.add(mask);
        in.add(b.constant(tensor(IN, gates * UNITS)));
        in.add(b.constant(tensor(UNITS, gates * UNITS)));
        in.add(b.constant(tensor(gates * UNITS)));
        in.add(b.constant(tensor(gates * UNITS)));

        Builder d = new Builder();
        List<Value> args = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            TensorType t = in.get(i).type();
            boolean element = i == states.size() + 1 || i == states.size() + 2;
            args.add(d.input("in" + i, element ? t.withShape(t.shape().remove(0)) : t));
        }
        List<Value> before = args.subList(1, 1 + states.size());
        List<Value> rest = args.subList(1 + states.size(), args.size());
        List<Value> next = next(d, cell, before, rest);
        Value m = d.reshape(d.reshape(rest.get(1), 1, BATCH, 1, 1), BATCH, 1);
        m = how.equals("of units") ? d.reshape(m, 1, BATCH) : m;
        boolean zeros = how.equals("zeros");
        boolean fixed = zeros || how.equals("gives ones");
        Value kept = fixed ? d.constant(DType.FLOAT32, zeros ? 0 : 1) : args.get(0);
        Value y = select(d, how, m, next.get(0), kept);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("previous", y);
        for (int i = 0; i < states.size(); i++) {
            boolean goesOn = how.equals("a state goes on") && i == states.size() - 1;
            results.put("state" + i, goesOn ? next.get(i) : select(d, how, m, next.get(i), before.get(i)));
        }
        if (!how.equals("last")) {
            results.put("y", y);
        }
        List<Value> out = b.addAll(new Scan(d.graph(args, results, Map.of()), 1 + states.size(), 2, reverse), in);
        return how.equals("states") ? out.subList(1, out.size()) : out;
    }

    private static Value select(Builder d, String how, Value mask, Value next, Value kept) {
        return how.equals("turned") ? d.select(mask, kept, next) : d.select(mask, next, kept);
    }

    private static List<Value> next(Builder d, String cell, List<Value> before, List<Value> rest) {
        Value projected = d.plus(d.matmul(rest.get(0), rest.get(2)), rest.get(4));
        Value recurrent = rest.get(3);
        if (cell.equals("lstm")) {
            return new Lstm(TANH, SIGMOID, false, false, false).step(d, projected, before, recurrent);
        }
        if (cell.equals("rnn")) {
            return List.of(d.add(TANH, d.plus(projected, d.matmul(before.get(0), recurrent))));
        }
        Gru gru = new Gru(TANH, SIGMOID, !cell.equals("before"), false, false, false);
        if (cell.equals("no bias")) {
            Value product = d.matmul(rest.get(0), rest.get(2));
            return List.of(gru.after(d, product, before.get(0), d.matmul(before.get(0), recurrent)));
        }
        return List.of(gru.step(d, projected, before.get(0), gru.weights(d, recurrent, rest.get(5))));
    }

    private static Graph check(Graph g, String expected, String what) {
        Graph recovered = RecoverCells.apply(g);
        if (expected != null) {
            assertEquals(
                    List.of(expected),
                    names(recovered)
                            .filter(n ->
                                    List.of("Scan", "Lstm", "Gru", "SimpleRnn").contains(n))
                            .toList(),
                    what);
        }
        List<Tensor> in = new ArrayList<>();
        for (Value v : g.inputs()) {
            in.add(v.dtype() == DType.BOOL ? mask(v.type()) : tensor(v.shape().dims()));
        }
        Map<String, Tensor> was = Evaluation.of(recovered).run(in, key -> null).outputs();
        Evaluation.of(g).run(in, key -> null).outputs().forEach((name, t) -> {
            assertEquals(t.type(), was.get(name).type(), name);
            for (int i = 0; i < t.size(); i++) {
                assertEquals(t.getDouble(i), was.get(name).getDouble(i), 1e-6, what + ", " + name + " at " + i);
            }
        });
        return recovered;
    }

    private static Stream<String> names(Graph g) {
        return g.nodes().stream()
                .map(n -> n.op().getClass().getSimpleName())
                .filter(n -> !n.equals("Input") && !n.equals("Constant"));
    }

    /** Time first, or batch first where there is no last axis. */
    private static Tensor mask(TensorType type) {
        Tensor t = Tensor.zeros(type);
        boolean batchFirst = type.shape().rank() == 2;
        for (int i = 0; i < t.size(); i++) {
            t.bytes()[i] = (byte) (batchFirst ? MASK[i / STEPS][i % STEPS] : MASK[i % BATCH][i / BATCH]);
        }
        return t;
    }

    private static Tensor tensor(int... dims) {
        Tensor t = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, Math.sin(1 + i * dims.length) * 0.7);
        }
        return t;
    }
}
