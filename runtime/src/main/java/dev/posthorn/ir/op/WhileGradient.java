package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The gradient of a {@link While}: the loop runs again and records what the carries were before each step; then a loop
 * counts the steps down, makes each again and sends back what flows to its carries and captures. Source:
 * tensorflow/python/ops/while_v2.py.
 */
final class WhileGradient {
    private final While loop;
    private final Adjoint g;
    private final Graph body;
    private final int carries;
    private final int shift;
    private final Set<Integer> active;

    WhileGradient(While loop, Adjoint g) {
        this.loop = loop;
        this.g = g;
        this.body = loop.body();
        this.carries = loop.carries();
        this.shift = loop.conditionCaptures();
        this.active = active();
    }

    /** The operand of the loop that argument {@code i} of its body is. */
    private int operand(int i) {
        return i < carries ? i : i + shift;
    }

    /** The type of argument {@code i} in every step. */
    private TensorType type(int i) {
        return i < carries ? g.out(i).type() : g.in(operand(i)).type();
    }

    /** The body's arguments that need a derivative: also carries that get to depend on one in the loop. */
    private Set<Integer> active() {
        Set<Integer> in = new TreeSet<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            if (g.wants(operand(i))) {
                in.add(i);
            }
        }
        for (boolean more = true; more; ) {
            more = false;
            List<Value> xs = in.stream().map(body.inputs()::get).toList();
            Set<Value> dependents = Adjoint.dependents(body.nodes(), xs);
            for (int i = 0; i < carries; i++) {
                more |= dependents.contains(body.results().get(i)) && in.add(i);
            }
        }
        return in;
    }

    void write() {
        List<Integer> order = List.copyOf(active);
        Builder step = new Builder();
        List<Value> flow = new ArrayList<>();
        order.forEach(i -> flow.add(step.input("d" + i, type(i))));
        List<Value> arguments = new ArrayList<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            arguments.add(step.input("in" + i, type(i)));
        }
        List<Value> made = Rewriter.inline(body, step, arguments);
        List<Value> ys = new ArrayList<>();
        List<Value> dys = new ArrayList<>();
        for (int k = 0; k < order.size(); k++) {
            if (order.get(k) < carries) {
                ys.add(made.get(order.get(k)));
                dys.add(flow.get(k));
            }
        }
        List<Optional<Value>> dxs =
                g.walk(step, ys, dys, order.stream().map(arguments::get).toList());
        Map<String, Value> results = new LinkedHashMap<>();
        for (int k = 0; k < order.size(); k++) {
            int i = order.get(k);
            Value before = flow.get(k);
            Optional<Value> d = dxs.get(k);
            results.put(
                    "d" + i,
                    i < carries
                            ? like(step, d.orElseGet(() -> Adjoint.zeros(step, arguments.get(i))), arguments.get(i))
                            : d.map(v -> step.plus(before, v)).orElse(before));
        }
        List<Value> inputs = new ArrayList<>(flow);
        inputs.addAll(arguments);
        answer(order, back(step.graph(inputs, results, Map.of()), order, used(step, results, arguments)));
    }

    /** {@code d}, of which at least as much is known as of {@code x}. */
    private static Value like(Builder b, Value d, Value x) {
        return !x.shape().isRanked() || x.shape().accepts(d.shape()) ? d : b.reshape(d, b.dims(x));
    }

    private void answer(List<Integer> order, List<Value> derivatives) {
        for (int i = carries; i < carries + shift; i++) {
            g.none(i);
        }
        for (int i = 0; i < body.inputs().size(); i++) {
            int at = order.indexOf(i);
            if (at >= 0) {
                g.to(operand(i), () -> derivatives.get(at));
            } else {
                g.none(operand(i));
            }
        }
    }

    /** The arguments that a step back reads. */
    private static Set<Integer> used(Builder step, Map<String, Value> results, List<Value> arguments) {
        Set<Value> read = new HashSet<>(results.values());
        for (Node n : step.graph(List.of(), results, Map.of()).nodes()) {
            read.addAll(n.inputs());
        }
        Set<Integer> used = new TreeSet<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (read.contains(arguments.get(i))) {
                used.add(i);
            }
        }
        return used;
    }

    /** The loop that counts down; its results are the derivatives in {@code order}. */
    private List<Value> back(Graph step, List<Integer> order, Set<Integer> used) {
        Builder b = g.builder();
        List<Integer> recorded = used.stream().filter(i -> i < carries).toList();
        LoopRecord record = LoopRecord.of(b, loop, g.in(), recorded);
        Builder inner = new Builder();
        List<Value> inputs = new ArrayList<>(List.of(inner.input("step", TensorType.of(DType.INT32))));
        List<Value> operands = new ArrayList<>(List.of(b.binary(Binary.Fn.SUB, record.steps(), 1)));
        for (int i : order) {
            inputs.add(inner.input("d" + i, type(i)));
            operands.add(i < carries ? g.dy(i) : Adjoint.zeros(b, g.in(operand(i))));
        }
        List<Value> ends = record.ends(b);
        for (int k = 0; k < ends.size(); k++) {
            inputs.add(inner.input("end" + k, TensorType.of(DType.INT32)));
            operands.add(ends.get(k));
        }
        int n = inputs.size();
        LoopRecord inside = record.inside(inner, inputs, operands);
        List<Value> arguments = new ArrayList<>(inputs.subList(1, 1 + order.size()));
        List<Value> nextEnds = new ArrayList<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            int at = recorded.indexOf(i);
            if (at >= 0) {
                LoopRecord.Item item = inside.item(
                        inner,
                        at,
                        type(i),
                        inputs.get(0),
                        inputs.subList(1 + order.size(), 1 + order.size() + ends.size()));
                arguments.add(item.value());
                item.begin().ifPresent(nextEnds::add);
            } else if (i >= carries && used.contains(i)) {
                inputs.add(inner.input("capture" + i, type(i)));
                operands.add(g.in(operand(i)));
                arguments.add(inputs.get(inputs.size() - 1));
            } else {
                arguments.add(inner.input("unused" + i, type(i)));
            }
        }
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("step", inner.binary(Binary.Fn.SUB, inputs.get(0), 1));
        Rewriter.inline(step, inner, arguments).forEach(v -> results.put("d" + results.size(), v));
        nextEnds.forEach(v -> results.put("end" + results.size(), v));
        Graph graph = inner.graph(inputs, results, Map.of());
        List<Value> out = b.addAll(new While(remaining(inputs.subList(0, n)), graph, n), operands);
        return out.subList(1, 1 + order.size());
    }

    /** Whether a step is left: it counts down from the last to 0. */
    private static Graph remaining(List<Value> carries) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        carries.forEach(v -> in.add(b.input("in" + in.size(), v.type())));
        Value left = b.compare(Compare.Fn.GE, in.get(0), b.constant(DType.INT32, 0));
        return b.graph(in, Map.of("left", left), Map.of());
    }
}
