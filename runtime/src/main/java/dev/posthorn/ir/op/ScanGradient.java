package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The gradient of a {@link Scan}: a Scan in the other direction. Its step takes what the step t took, the carries before it
 * included, makes its results again and sends back what flows to them. It carries the derivatives by the carries and by the
 * captures, the latter added up; the derivatives by xs are its ys.
 *
 * <p>The carries before each step are ys of the loop where it records them, else of another loop that does. So are the products
 * that the step back reads, with what is added to them: these are not made again.
 */
final class ScanGradient {
    private final Scan scan;
    private final Adjoint g;
    private final Graph body;
    private final int operands;
    private final Set<Integer> active;
    /** What values of the body are in the step back. */
    private final Map<Value, Value> again = new HashMap<>();

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
        Builder step = new Builder();
        List<Integer> order = active.stream()
                .filter(i -> !isScanned(i))
                .collect(Collectors.toCollection(ArrayList::new)); // carried derivatives, then those by xs
        Map<Integer, Value> flow = new LinkedHashMap<>();
        order.forEach(i -> flow.put(i, step.input("d" + i, type(i))));
        active.stream().filter(this::isScanned).forEach(order::add);
        List<Value> arguments = new ArrayList<>();
        for (int i = 0; i < operands; i++) {
            TensorType t = g.in(i).type();
            arguments.add(step.input("in" + i, isScanned(i) ? element(t) : t));
        }
        Map<Integer, Value> dys = new LinkedHashMap<>(); // of the results that anything depends on
        for (int j = scan.carries(); j < body.results().size(); j++) {
            if (g.flows(j) && Adjoint.isReal(g.out(j).dtype())) {
                dys.put(j, step.input("dy" + j, element(g.out(j).type())));
            }
        }
        Map<String, Value> results = results(step, order, flow, arguments, dys);
        List<Value> out = loop(step, results, flow, arguments, dys);
        List<String> names = List.copyOf(results.keySet());
        for (int i = 0; i < operands; i++) {
            int at = names.indexOf("d" + i);
            if (at >= 0) {
                g.to(i, () -> out.get(at));
            } else {
                g.none(i);
            }
        }
    }

    /** The type of an operand and of what flows back to it: what is known of either. */
    private TensorType type(int i) {
        TensorType t = g.in(i).type();
        return isCarry(i) ? t.withShape(Shape.merge(t.shape(), g.dy(i).shape())) : t;
    }

    private static TensorType element(TensorType t) {
        return t.withShape(t.shape().remove(0));
    }

    /** What one step back gives: the next derivatives by carries and captures, and those by an element of the xs. */
    private Map<String, Value> results(
            Builder step,
            List<Integer> order,
            Map<Integer, Value> flow,
            List<Value> arguments,
            Map<Integer, Value> dys) {
        Map<Value, Value> bound = new HashMap<>();
        for (int i = 0; i < operands; i++) {
            bound.put(body.inputs().get(i), arguments.get(i));
        }
        again.putAll(Rewriter.copy(body, step, bound));
        List<Value> made = body.results().stream().map(again::get).toList();
        List<Value> ys = new ArrayList<>();
        List<Value> ds = new ArrayList<>();
        for (int j = 0; j < made.size(); j++) {
            Value d = isCarry(j) ? flow.get(j) : dys.get(j);
            if (d != null) {
                ys.add(made.get(j));
                ds.add(d);
            }
        }
        List<Optional<Value>> dxs =
                g.walk(step, ys, ds, order.stream().map(arguments::get).toList());
        Map<String, Value> results = new LinkedHashMap<>();
        for (int k = 0; k < order.size(); k++) {
            int i = order.get(k);
            Optional<Value> dx = dxs.get(k);
            if (isCarry(i)) {
                Value next = dx.orElseGet(() -> Adjoint.zeros(step, arguments.get(i)));
                results.put("d" + i, typed(step, next, flow.get(i).type()));
            } else if (!isScanned(i)) {
                Value before = flow.get(i);
                results.put(
                        "d" + i, typed(step, dx.map(d -> step.plus(before, d)).orElse(before), before.type()));
            } else if (dx.isPresent()) {
                results.put("d" + i, dx.get());
            }
        }
        return results;
    }

    /** The products of the body, each with what is added to it. */
    private List<Value> products() {
        List<Value> products = new ArrayList<>();
        for (Node n : body.nodes()) {
            if ((n.op() instanceof MatMul || n.op() instanceof Conv)
                    && again.get(n.output()).shape().isKnown()) {
                Value y = n.output();
                List<Node> readers = body.nodes().stream()
                        .filter(r -> r.inputs().contains(y))
                        .toList();
                boolean adds = readers.size() == 1
                        && readers.get(0).op().equals(new Binary(Binary.Fn.ADD))
                        && !body.results().contains(y)
                        && again.get(readers.get(0).output())
                                .type()
                                .equals(again.get(y).type());
                products.add(adds ? readers.get(0).output() : y);
            }
        }
        return products.stream().distinct().toList();
    }

    /** The outputs of the loop that goes back: its step reads the products rather than making them. */
    private List<Value> loop(
            Builder step,
            Map<String, Value> results,
            Map<Integer, Value> flow,
            List<Value> arguments,
            Map<Integer, Value> dys) {
        Builder less = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Collection<Value> inputs : List.of(flow.values(), dys.values(), arguments)) {
            inputs.forEach(v -> map.put(v, less.input(((Input) v.node().op()).id(), v.type())));
        }
        Map<Value, Value> products = new LinkedHashMap<>();
        for (Value product : products()) {
            Value made = again.get(product);
            products.put(product, less.input("product" + products.size(), made.type()));
            map.put(made, products.get(product));
        }
        for (Node n : step.graph(List.of(), results, Map.of()).nodes()) {
            if (!map.keySet().containsAll(n.values())) {
                Rewriter.copyNode(n, less, map);
            }
        }
        results.replaceAll((name, v) -> map.get(v));
        flow.replaceAll((i, v) -> map.get(v));
        dys.replaceAll((j, v) -> map.get(v));
        return loop(less, results, flow, arguments.stream().map(map::get).toList(), dys, products);
    }

    private List<Value> loop(
            Builder step,
            Map<String, Value> results,
            Map<Integer, Value> flow,
            List<Value> arguments,
            Map<Integer, Value> dys,
            Map<Value, Value> produced) {
        Builder b = g.builder();
        List<Value> inputs = new ArrayList<>(flow.values());
        List<Value> given = new ArrayList<>();
        flow.forEach((i, v) -> given.add(typed(b, isCarry(i) ? g.dy(i) : Adjoint.zeros(b, g.in(i)), v.type())));
        inputs.addAll(dys.values());
        dys.keySet().forEach(j -> given.add(g.dy(j)));
        Set<Integer> used = used(step, results, arguments);
        List<Value> products = List.copyOf(produced.keySet());
        List<Value> read = used(step, results, List.copyOf(produced.values())).stream()
                .map(products::get)
                .toList();
        if (dys.isEmpty() && read.isEmpty() && used.stream().allMatch(this::isCapture)) {
            used.add(scan.carries()); // a loop needs something that says how often it runs
        }
        List<Value> wanted = new ArrayList<>(
                used.stream().filter(this::isCarry).map(body.inputs()::get).toList());
        wanted.addAll(read);
        Map<Value, Value> recorded = ScanRecord.of(scan, g, wanted);
        for (Value product : read) {
            inputs.add(produced.get(product));
            given.add(recorded.get(product));
        }
        for (boolean captures : new boolean[] {false, true}) {
            for (int i : used) {
                if (isCapture(i) == captures) {
                    inputs.add(arguments.get(i));
                    given.add(isCarry(i) ? recorded.get(body.inputs().get(i)) : g.in(i));
                }
            }
        }
        int scanned = inputs.size()
                - flow.size()
                - (int) used.stream().filter(this::isCapture).count();
        Graph graph = step.graph(inputs, results, Map.of());
        return b.addAll(new Scan(graph, flow.size(), scanned, !scan.reverse()), given);
    }

    /** The value with the dimensions that are known of the type. */
    private static Value typed(Builder b, Value v, TensorType type) {
        if (v.shape().equals(type.shape()) || !type.shape().isRanked()) {
            return v;
        }
        Dim[] dims = new Dim[type.shape().rank()];
        for (int a = 0; a < dims.length; a++) {
            dims[a] = type.shape().dim(a) == Shape.UNKNOWN
                    ? b.dim(v, a)
                    : Dim.of(type.shape().dim(a));
        }
        return b.reshape(v, dims);
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
}
