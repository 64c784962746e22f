package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The gradient of a {@link Scan}: a Scan in the other direction. Its step takes what the step t took, the carries before it
 * included, makes its results again and sends back what flows to them. It carries the derivatives by the carries and by the
 * captures, the latter added up; the derivatives by xs are its ys.
 *
 * <p>The carries before each step are ys of the loop where it records them, else of another loop that does.
 */
final class ScanGradient {
    private final Scan scan;
    private final Adjoint g;
    private final Graph body;
    private final int operands;
    private final Set<Integer> active;

    ScanGradient(Scan scan, Adjoint g) {
        this.scan = scan;
        this.g = g;
        this.body = scan.body();
        this.operands = body.inputs().size();
        this.active = active();
    }

    private boolean isCarry(int i) {
        return i < scan.carries();
    }

    private boolean isScanned(int i) {
        return !isCarry(i) && i < scan.carries() + scan.scanned();
    }

    /** The operands that need a derivative: also carries that get to depend on one in the loop. */
    private Set<Integer> active() {
        Set<Integer> in = new TreeSet<>();
        for (int i = 0; i < operands; i++) {
            if (g.wants(i)) {
                in.add(i);
            }
        }
        for (boolean more = true; more; ) {
            more = false;
            List<Value> xs = in.stream().map(body.inputs()::get).toList();
            Set<Value> dependents = Adjoint.dependents(body.nodes(), xs);
            for (int i = 0; i < scan.carries(); i++) {
                more |= dependents.contains(body.results().get(i)) && in.add(i);
            }
        }
        return in;
    }

    void write() {
        Builder b = g.builder();
        Builder step = new Builder();
        Map<String, Value> results = new LinkedHashMap<>();
        List<Value> carried = new ArrayList<>(); // arguments of the step, and what the loop is given for them
        List<Value> first = new ArrayList<>();
        List<Value> backward = new ArrayList<>();
        List<Value> slices = new ArrayList<>();

        Map<Integer, Value> flow = new HashMap<>();
        for (int i : active) {
            if (!isScanned(i)) {
                Value d = step.input("d" + i, g.in(i).type());
                flow.put(i, d);
                carried.add(d);
                first.add(isCarry(i) ? g.dy(i) : Adjoint.zeros(b, g.in(i)));
            }
        }
        List<Value> arguments = new ArrayList<>();
        for (int i = 0; i < operands; i++) {
            TensorType t = g.in(i).type();
            arguments.add(
                    step.input("in" + i, isScanned(i) ? t.withShape(t.shape().remove(0)) : t));
        }
        List<Value> made = Rewriter.inline(body, step, arguments);
        List<Value> ys = new ArrayList<>();
        List<Value> dys = new ArrayList<>();
        for (int j = 0; j < made.size(); j++) {
            boolean carry = isCarry(j);
            if (carry
                    ? !flow.containsKey(j)
                    : !g.flows(j) || !Adjoint.isReal(made.get(j).dtype())) {
                continue;
            }
            ys.add(made.get(j));
            if (carry) {
                dys.add(flow.get(j));
            } else {
                TensorType t = g.out(j).type();
                Value d = step.input("dy" + j, t.withShape(t.shape().remove(0)));
                dys.add(d);
                backward.add(d);
                slices.add(g.dy(j));
            }
        }
        List<Integer> order = List.copyOf(active);
        List<Optional<Value>> dxs =
                g.walk(step, ys, dys, order.stream().map(arguments::get).toList());
        Map<Integer, Integer> place = new HashMap<>(); // of an operand's derivative among the loop's outputs
        for (int k = 0; k < order.size(); k++) {
            int i = order.get(k);
            if (isCarry(i)) {
                Value x = arguments.get(i);
                results.put("d" + i, dxs.get(k).orElseGet(() -> Adjoint.zeros(step, x)));
            } else if (!isScanned(i)) {
                Value before = flow.get(i);
                results.put("d" + i, dxs.get(k).map(d -> step.plus(before, d)).orElse(before));
            } else {
                continue;
            }
            place.put(i, place.size());
        }
        for (int k = 0; k < order.size(); k++) {
            int i = order.get(k);
            if (isScanned(i) && dxs.get(k).isPresent()) {
                results.put("d" + i, dxs.get(k).get());
                place.put(i, place.size());
            }
        }

        Set<Integer> used = used(step, results, arguments);
        if (backward.isEmpty() && used.stream().noneMatch(i -> !isCapture(i))) {
            used.add(scan.carries()); // a loop needs something that says how often it runs
        }
        Map<Integer, Value> recorded =
                recorded(used.stream().filter(this::isCarry).toList());
        List<Value> captured = new ArrayList<>();
        List<Value> captures = new ArrayList<>();
        for (int i : used) {
            if (isCapture(i)) {
                captured.add(arguments.get(i));
                captures.add(g.in(i));
            } else {
                backward.add(arguments.get(i));
                slices.add(isCarry(i) ? recorded.get(i) : g.in(i));
            }
        }
        List<Value> inputs = new ArrayList<>(carried);
        inputs.addAll(backward);
        inputs.addAll(captured);
        List<Value> in = new ArrayList<>(first);
        in.addAll(slices);
        in.addAll(captures);
        Graph graph = step.graph(inputs, results, Map.of());
        List<Value> out = b.addAll(new Scan(graph, carried.size(), slices.size(), !scan.reverse()), in);
        for (int i = 0; i < operands; i++) {
            if (place.containsKey(i)) {
                Value d = out.get(place.get(i));
                g.to(i, () -> d);
            } else {
                g.none(i);
            }
        }
    }

    private boolean isCapture(int i) {
        return !isCarry(i) && !isScanned(i);
    }

    /** The arguments that the step reads. */
    private static Set<Integer> used(Builder step, Map<String, Value> results, List<Value> arguments) {
        Set<Value> read = new HashSet<>(results.values());
        for (Node n : step.graph(List.of(), results, Map.of()).nodes()) {
            read.addAll(n.inputs());
        }
        Set<Integer> used = new LinkedHashSet<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (read.contains(arguments.get(i))) {
                used.add(i);
            }
        }
        return used;
    }

    /** What these carries were before each step. */
    private Map<Integer, Value> recorded(List<Integer> carries) {
        List<Value> ys = body.results();
        Map<String, Value> results = new LinkedHashMap<>(body.outputs());
        Map<Integer, Value> recorded = new HashMap<>();
        List<Integer> missing = new ArrayList<>();
        for (int i : carries) {
            int at = ys.subList(scan.carries(), ys.size()).indexOf(body.inputs().get(i));
            if (at >= 0) {
                recorded.put(i, g.out(scan.carries() + at));
            } else {
                missing.add(i);
                results.put(
                        "before " + i + " of " + results.size(), body.inputs().get(i));
            }
        }
        if (!missing.isEmpty()) {
            Graph more = new Graph(body.nodes(), body.inputs(), results, Map.of());
            List<Value> out =
                    g.builder().addAll(new Scan(more, scan.carries(), scan.scanned(), scan.reverse()), g.in());
            for (int k = 0; k < missing.size(); k++) {
                recorded.put(missing.get(k), out.get(ys.size() + k));
            }
        }
        return recorded;
    }
}
