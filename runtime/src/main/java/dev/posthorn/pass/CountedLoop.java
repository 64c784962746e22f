package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.While;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A loop that runs a known number of times, written as a scan. */
final class CountedLoop {
    private final Builder b;
    private final While loop;
    private final List<Value> in;
    private final Graph body;
    /** The first values of the carries that count. */
    private final Map<Integer, Integer> counters;

    private final int steps;
    private final Builder inner = new Builder();
    private final List<Value> carried = new ArrayList<>();
    private final List<Value> scanned = new ArrayList<>();
    private final List<Value> captured = new ArrayList<>();
    private final List<Value> carryInputs = new ArrayList<>();
    private final List<Value> scanInputs = new ArrayList<>();
    private final List<Value> captureInputs = new ArrayList<>();
    /** What takes the place of values of the body. */
    private final Map<Value, Value> bound = new HashMap<>();
    /** The value that a step writes at the counter, by the carry that it writes to. */
    private final Map<Integer, Value> written = new LinkedHashMap<>();
    /** The carry that another one, of one element, is given in every step. */
    private final Map<Integer, Integer> last = new LinkedHashMap<>();

    CountedLoop(Builder b, While loop, List<Value> in, Map<Integer, Integer> counters, int steps) {
        this.b = b;
        this.loop = loop;
        this.in = in;
        this.body = loop.body();
        this.counters = counters;
        this.steps = steps;
    }

    List<Value> results() {
        scan(b.add(new Iota(DType.INT32), b.constant(DType.INT32, steps)), null);
        Value step = scanInputs.get(0);
        counters.forEach((i, first) ->
                bound.put(body.inputs().get(i), inner.plus(step, inner.constant(DType.INT32, first))));
        for (int i = 0; i < loop.carries(); i++) {
            if (!counters.containsKey(i)) {
                carry(i);
            }
        }
        for (int i = loop.carries(); i < body.inputs().size(); i++) {
            Value outer = in.get(i + loop.conditionCaptures());
            Value argument = body.inputs().get(i);
            List<Node> reads = reads(argument);
            reads.forEach(read -> scan(sliced(outer, read), read.output()));
            boolean seenWhole = body.results().contains(argument)
                    || body.nodes().stream().anyMatch(n -> n.inputs().contains(argument) && !reads.contains(n));
            if (seenWhole) {
                Value inside = inner.input("capture" + i, outer.type());
                captured.add(outer);
                captureInputs.add(inside);
                bound.put(argument, inside);
            }
        }
        return finish();
    }

    private void carry(int i) {
        Optional<Node> write = write(i);
        if (write.isPresent() && isAtCounter(write.get(), i)) {
            written.put(i, write.get().input(2));
            return;
        }
        int state = write.isPresent() ? kept(write.get(), i) : -1;
        if (state >= 0) {
            last.put(i, state);
            return;
        }
        Value inside = inner.input("carry" + i, in.get(i).type());
        carried.add(in.get(i));
        carryInputs.add(inside);
        bound.put(body.inputs().get(i), inside);
    }

    private void scan(Value outer, Value replaced) {
        Value inside = inner.input(
                "scanned" + scanned.size(), outer.type().withShape(outer.shape().remove(0)));
        scanned.add(outer);
        scanInputs.add(inside);
        if (replaced != null) {
            bound.put(replaced, inside);
        }
    }

    /** The nodes that read a captured tensor at a counter that stays inside of it. */
    private List<Node> reads(Value argument) {
        Shape shape = in.get(body.inputs().indexOf(argument) + loop.conditionCaptures())
                .shape();
        return body.nodes().stream()
                .filter(n -> n.op() instanceof Gather g
                        && g.axis() == 0
                        && n.input(0).equals(argument)
                        && counter(n.input(1)).isPresent()
                        && shape.isRanked()
                        && shape.dim(0) >= (long) counter(n.input(1)).get() + steps)
                .toList();
    }

    /** The first value of the counter that a value of the body is. */
    private Optional<Integer> counter(Value v) {
        return Optional.ofNullable(counters.get(body.inputs().indexOf(v))).filter(first -> first >= 0);
    }

    private Value sliced(Value outer, Node read) {
        int first = counter(read.input(1)).orElseThrow();
        return first == 0 && outer.shape().dim(0) == steps ? outer : b.slice(outer, 0, first, first + steps);
    }

    /** The node that writes to a carry that is read nowhere. */
    private Optional<Node> write(int i) {
        Value list = body.inputs().get(i);
        Node set = body.results().get(i).node();
        boolean writes = set.op() instanceof Scatter s
                && s.fn() == Scatter.Fn.SET
                && set.input(0).equals(list)
                && body.nodes().stream().filter(n -> n.inputs().contains(list)).count() == 1
                && body.nodes().stream().noneMatch(n -> n.inputs().contains(set.output()))
                && body.results().stream().filter(set.output()::equals).count() == 1;
        boolean one =
                writes && in.get(i).shape().isKnown() && set.input(2).shape().dim(0) == 1;
        return one ? Optional.of(set) : Optional.empty();
    }

    /** Whether the steps write to all places, one after the other. */
    private boolean isAtCounter(Node set, int i) {
        Node place = set.input(1).node();
        return place.op() instanceof Reshape
                && counter(place.input(0)).filter(first -> first == 0).isPresent()
                && in.get(i).shape().dim(0) == steps;
    }

    /** The carry whose next value is written to the only place of another; -1 where it is none. */
    private int kept(Node set, int i) {
        boolean only = in.get(i).shape().dim(0) == 1
                && CountLoops.integer(set.input(1)).filter(at -> at == 0).isPresent();
        int state = only ? body.results().indexOf(item(set.input(2))) : -1;
        return state == i || counters.containsKey(state) ? -1 : state;
    }

    /** What is written, without the axis of length 1 that was put before it. */
    private Value item(Value row) {
        boolean expanded = row.node().op() instanceof Reshape
                && row.node().input(0).shape().equals(row.shape().remove(0));
        return expanded ? row.node().input(0) : row;
    }

    /** The body's values here: all but what is scanned and the writing of what is stacked. */
    private Map<Value, Value> copied() {
        Map<Value, Value> map = new HashMap<>(bound);
        Set<Node> writes = new HashSet<>();
        written.keySet().forEach(i -> writes.add(body.results().get(i).node()));
        last.keySet().forEach(i -> writes.add(body.results().get(i).node()));
        for (Node n : body.nodes()) {
            boolean there = n.op() instanceof Input || n.values().stream().allMatch(bound::containsKey);
            if (!there && !writes.contains(n)) {
                Rewriter.copyNode(n, inner, map);
            }
        }
        return map;
    }

    private List<Value> finish() {
        Map<Value, Value> map = copied();
        Map<String, Value> results = new LinkedHashMap<>();
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < loop.carries(); i++) {
            if (!counters.containsKey(i) && !written.containsKey(i) && !last.containsKey(i)) {
                Value next = map.get(body.results().get(i));
                TensorType type = carryInputs.get(kept.size()).type();
                if (!type.equals(next.type())) {
                    return null; // shapes that change from step to step
                }
                results.put("carry" + i, next);
                kept.add(i);
            }
        }
        written.forEach((i, row) -> {
            Value item = item(row);
            results.put("item" + i, item.equals(row) ? inner.squeeze(map.get(row), 0) : map.get(item));
        });
        if (!kept.containsAll(last.values())) {
            return null;
        }
        List<Value> parameters = new ArrayList<>(carryInputs);
        parameters.addAll(scanInputs);
        parameters.addAll(captureInputs);
        List<Value> operands = new ArrayList<>(carried);
        operands.addAll(scanned);
        operands.addAll(captured);
        Scan scan = new Scan(inner.graph(parameters, results, Map.of()), carried.size(), scanned.size(), false);
        List<Value> out = b.addAll(scan, operands);
        List<Value> all = new ArrayList<>();
        List<Integer> items = List.copyOf(written.keySet());
        for (int i = 0; i < loop.carries(); i++) {
            if (counters.containsKey(i)) {
                all.add(b.constant(DType.INT32, (double) counters.get(i) + steps));
            } else if (last.containsKey(i)) {
                all.add(b.reshape(
                        out.get(kept.indexOf(last.get(i))), in.get(i).shape().dims()));
            } else {
                int at = written.containsKey(i) ? kept.size() + items.indexOf(i) : kept.indexOf(i);
                all.add(out.get(at));
            }
        }
        return all;
    }
}
