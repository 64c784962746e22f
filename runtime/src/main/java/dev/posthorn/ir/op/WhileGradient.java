package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The gradient of a {@link While}: the loop runs again and records what the carries were before each step, one after the
 * other; then a loop counts the steps down, makes each again and sends back what flows to its carries and captures. Carries
 * must keep their shapes. Source: tensorflow/python/ops/while_v2.py.
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
        Builder b = g.builder();
        List<Value> records = recorded(b);
        Value last = b.binary(Binary.Fn.SUB, b.add(new Reshape(), length(b, records.get(0)), b.ints()), 1);
        List<Integer> order = List.copyOf(active);

        Builder step = new Builder();
        List<Value> inputs = new ArrayList<>();
        List<Value> operands = new ArrayList<>(List.of(last));
        inputs.add(step.input("step", TensorType.of(DType.INT32)));
        for (int i : order) {
            inputs.add(step.input(
                    "d" + i, i < carries ? g.out(i).type() : g.in(operand(i)).type()));
            operands.add(i < carries ? g.dy(i) : Adjoint.zeros(b, g.in(operand(i))));
        }
        List<Value> arguments = new ArrayList<>();
        List<Value> captured = new ArrayList<>();
        List<Value> captures = new ArrayList<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            Value outer = i < carries ? records.get(i) : g.in(operand(i));
            Value in = step.input("in" + i, outer.type());
            captured.add(in);
            captures.add(outer);
            arguments.add(i < carries ? step.gather(in, inputs.get(0), 0) : in);
        }
        List<Value> made = Rewriter.inline(body, step, arguments);
        List<Value> ys = new ArrayList<>();
        List<Value> dys = new ArrayList<>();
        for (int k = 0; k < order.size(); k++) {
            if (order.get(k) < carries) {
                ys.add(made.get(order.get(k)));
                dys.add(inputs.get(k + 1));
            }
        }
        List<Optional<Value>> dxs =
                g.walk(step, ys, dys, order.stream().map(arguments::get).toList());
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("step", step.binary(Binary.Fn.SUB, inputs.get(0), 1));
        for (int k = 0; k < order.size(); k++) {
            int i = order.get(k);
            Value before = inputs.get(k + 1);
            Optional<Value> d = dxs.get(k);
            results.put(
                    "d" + i,
                    i < carries
                            ? d.orElseGet(() -> Adjoint.zeros(step, arguments.get(i)))
                            : d.map(v -> step.plus(before, v)).orElse(before));
        }
        int n = inputs.size();
        inputs.addAll(captured);
        operands.addAll(captures);
        Graph back = step.graph(inputs, results, Map.of());
        List<Value> out = b.addAll(new While(remaining(inputs.subList(0, n)), back, n), operands);
        for (int i = 0; i < carries + shift; i++) {
            if (i >= carries || !active.contains(i)) {
                g.none(i);
            }
        }
        for (int i = 0; i < body.inputs().size(); i++) {
            int at = order.indexOf(i);
            if (at >= 0) {
                g.to(operand(i), () -> out.get(at + 1));
            } else {
                g.none(operand(i));
            }
        }
    }

    private static Value length(Builder b, Value record) {
        return b.slice(b.add(new ShapeOf(), record), 0, 0, 1);
    }

    /** Whether a step is left: it counts down from the last to 0. */
    private static Graph remaining(List<Value> carries) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        carries.forEach(v -> in.add(b.input("in" + in.size(), v.type())));
        Value left = b.compare(Compare.Fn.GE, in.get(0), b.constant(DType.INT32, 0));
        return b.graph(in, Map.of("left", left), Map.of());
    }

    /** What each carry was before each step, stacked. */
    private List<Value> recorded(Builder b) {
        Builder step = new Builder();
        List<Value> in = new ArrayList<>();
        List<Value> records = new ArrayList<>();
        List<Value> operands = new ArrayList<>(g.in().subList(0, carries));
        for (int i = 0; i < body.inputs().size(); i++) {
            in.add(step.input("in" + i, body.inputs().get(i).type()));
        }
        for (int i = 0; i < carries; i++) {
            Value first = g.in(i);
            List<Dim> dims = new ArrayList<>(List.of(Dim.of(0)));
            dims.addAll(List.of(b.dims(first)));
            Value none =
                    b.broadcastTo(b.constant(Tensor.zeros(TensorType.of(first.dtype()))), dims.toArray(Dim[]::new));
            operands.add(none);
            records.add(step.input(
                    "record" + i, none.type().withShape(none.shape().with(0, Shape.UNKNOWN))));
        }
        List<Value> made = Rewriter.inline(body, step, in);
        Map<String, Value> results = new LinkedHashMap<>();
        for (int i = 0; i < carries; i++) {
            results.put("carry" + i, made.get(i));
        }
        for (int i = 0; i < carries; i++) {
            Value one = step.expandDims(in.get(i), 0);
            results.put("record" + i, step.concat(0, List.of(records.get(i), one)));
        }
        List<Value> inputs = new ArrayList<>(in.subList(0, carries));
        inputs.addAll(records);
        inputs.addAll(in.subList(carries, in.size()));
        operands.addAll(g.in().subList(carries, g.operands()));
        Graph more = step.graph(inputs, results, Map.of());
        List<Value> out = b.addAll(new While(condition(records), more, 2 * carries), operands);
        return out.subList(carries, 2 * carries);
    }

    /** The loop's condition, which passes over the records. */
    private Graph condition(List<Value> records) {
        Builder b = new Builder();
        List<Value> seen = new ArrayList<>();
        loop.condition().inputs().forEach(v -> seen.add(b.input("in" + seen.size(), v.type())));
        List<Value> inputs = new ArrayList<>(seen.subList(0, carries));
        records.forEach(r -> inputs.add(b.input("record" + inputs.size(), r.type())));
        inputs.addAll(seen.subList(carries, seen.size()));
        Value holds = Rewriter.inline(loop.condition(), b, seen).get(0);
        return b.graph(inputs, Map.of("holds", holds), Map.of());
    }
}
