package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.While;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.NodeDef;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Reads a while loop: what its body gives back as it came is captured, the rest is carried. A carry's shape is what every
 * step keeps; it is found by reading the body again until nothing changes.
 */
final class Loop {
    private static final int ROUNDS = 20;

    private final Site site;
    private final String condition;
    private final String body;
    private final List<TfValue> first;
    private final boolean[] fixed;
    private final Map<Integer, TensorType> types = new LinkedHashMap<>();
    private final Map<Integer, TensorType> elements = new LinkedHashMap<>();
    private final Map<Integer, Boolean> growing = new LinkedHashMap<>();

    /** Of lists whose elements may differ in shape, the type of an element. */
    private final Map<Integer, TensorType> unlike = new LinkedHashMap<>();

    private final Map<String, TensorType> states = new LinkedHashMap<>();

    private Loop(Site site, String condition, String body) {
        this.site = site;
        this.condition = condition;
        this.body = body;
        List<TfValue> all = new ArrayList<>();
        for (int i = 0; i < site.count(); i++) {
            TfValue v = site.raw(i);
            all.add(
                    v instanceof TfValue.Reference || v instanceof TfValue.Known || v instanceof TfValue.Restored
                            ? new TfValue.Of(site.in(i))
                            : v);
        }
        this.first = all;
        this.fixed = new boolean[all.size()];
    }

    static List<TfValue> read(Site site) {
        Loop loop = new Loop(
                site, site.attributes().function("cond"), site.attributes().function("body"));
        loop.classify();
        return loop.read();
    }

    private void classify() {
        Body b = site.frame().reader().functions().body(body);
        for (int i = 0; i < first.size(); i++) {
            TfValue v = first.get(i);
            boolean data = v instanceof TfValue.Of || v instanceof TfValue.Elements;
            fixed[i] = !data || isReturned(b, i);
            if (!fixed[i] && v instanceof TfValue.Of of) {
                types.put(i, of.value().type());
            } else if (!fixed[i]) {
                TfValue.Elements e = (TfValue.Elements) v;
                elements.put(i, e.stacked() == null ? null : e.stacked().type());
                growing.put(i, false);
                if (e.sizes() != null) {
                    unlike.put(i, e.element());
                }
            }
        }
    }

    /** Whether the function gives back argument {@code i} as it came. */
    private static boolean isReturned(Body b, int i) {
        if (i >= b.function().getSignature().getOutputArgCount()) {
            throw new ModelFormatException("loop: expected as many results as arguments but was "
                    + b.function().getSignature().getOutputArgCount() + ", at " + b.name());
        }
        String argument = b.function().getSignature().getInputArg(i).getName();
        String ref = b.function()
                .getRetOrDefault(b.function().getSignature().getOutputArg(i).getName(), "");
        for (int steps = 0; steps < 100; steps++) {
            Body.Ref r = Body.Ref.of(ref);
            NodeDef node = b.node(r.node());
            if (node == null) {
                return r.node().equals(argument);
            }
            if (!node.getOp().equals("Identity") || node.getInputCount() < 1) {
                return false;
            }
            ref = node.getInput(0);
        }
        return false;
    }

    /** A body or condition, as far as it is read. */
    private record Part(SubGraph graph, List<TfValue> arguments, List<TfValue> results) {}

    private List<TfValue> read() {
        for (int round = 0; round < ROUNDS; round++) {
            Part step = part(body);
            if (!widen(step)) {
                return finish(step);
            }
        }
        throw new UnsupportedModelException(
                "loop: expected carries whose shapes settle but was " + types + ", at " + site.where());
    }

    private Part part(String function) {
        SubGraph g = site.frame().subGraph();
        List<TfValue> arguments = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            TfValue v = first.get(i);
            if (fixed[i]) {
                arguments.add(g.bring(v));
            } else if (types.containsKey(i)) {
                arguments.add(new TfValue.Of(g.parameter(types.get(i))));
            } else {
                TfValue.Elements e = (TfValue.Elements) v;
                Value length = growing.get(i) ? g.parameter(TensorType.of(DType.INT32)) : g.bring(e.length());
                arguments.add(list(i, length, g::parameter));
            }
        }
        states.forEach((key, type) -> g.frame().state().hold(key, g.parameter(type)));
        return new Part(g, arguments, g.frame().call(function, arguments, Map.of()));
    }

    /** The list that carry {@code i} is, of values that are made one after the other, as they are carried. */
    private TfValue.Elements list(int i, Value length, Function<TensorType, Value> next) {
        TensorType element = ((TfValue.Elements) first.get(i)).element();
        TensorType all = elements.get(i);
        if (all == null) {
            return new TfValue.Elements(element, length, null);
        }
        Value stacked = next.apply(all);
        return unlike.containsKey(i)
                ? new TfValue.Elements(unlike.get(i), length, stacked, next.apply(sizes(all)))
                : new TfValue.Elements(element, length, null).with(stacked);
    }

    /** The type of the shapes of elements. */
    private static TensorType sizes(TensorType all) {
        return TensorType.of(DType.INT32, all.shape().dim(0), all.shape().rank() - 1);
    }

    /** Adapts the types of carries to what the step gave; whether any changed. */
    private boolean widen(Part step) {
        boolean changed = false;
        for (Map.Entry<Integer, TensorType> e : types.entrySet()) {
            Value v = step.graph.frame().value(step.results.get(e.getKey()), "While", site.where());
            TensorType joined = joined(e.getValue(), v.type());
            changed |= !joined.equals(e.getValue());
            e.setValue(joined);
        }
        for (Map.Entry<Integer, TensorType> e : elements.entrySet()) {
            int i = e.getKey();
            if (!(step.results.get(i) instanceof TfValue.Elements result)) {
                throw new ModelFormatException("While: expected a list but was another, at " + site.where());
            }
            TensorType was = e.getValue();
            TensorType now = result.stacked() == null ? was : result.stacked().type();
            if (was != null && now != null) {
                now = joined(was, now);
            }
            boolean grows = !result.length().equals(((TfValue.Elements) step.arguments.get(i)).length());
            if (grows && !growing.get(i)) {
                growing.put(i, true);
                changed = true;
            }
            if (growing.get(i) && now != null) {
                now = now.withShape(now.shape().with(0, Shape.UNKNOWN));
            }
            changed |= !Objects.equals(was, now);
            e.setValue(now);
            changed |= differs(i, result);
        }
        for (Map.Entry<String, Value> e : step.graph.frame().state().changed().entrySet()) {
            TensorType was = states.get(e.getKey());
            TensorType outer = site.frame().state().read(e.getKey()).type();
            TensorType now = joined(was == null ? outer : was, e.getValue().type());
            changed |= !now.equals(was);
            states.put(e.getKey(), now);
        }
        return changed;
    }

    /** Whether it is new that elements of list {@code i} may differ in shape, or along which axes. */
    private boolean differs(int i, TfValue.Elements result) {
        TensorType was = unlike.get(i);
        if (result.sizes() == null || result.element().equals(was)) {
            return false;
        }
        TensorType now = was == null || !was.shape().isRanked() ? result.element() : joined(was, result.element());
        unlike.put(i, now);
        return !now.equals(was);
    }

    private TensorType joined(TensorType a, TensorType b) {
        if (a.dtype() != b.dtype()) {
            throw new ModelFormatException("While: expected carries that keep their dtype but was " + a + " and " + b
                    + ", at " + site.where());
        }
        return a.withShape(Shape.join(a.shape(), b.shape()));
    }

    private List<TfValue> finish(Part step) {
        Builder b = site.b();
        Part test = part(condition);
        List<Value> operands = new ArrayList<>();
        List<Value> next = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            if (types.containsKey(i)) {
                operands.add(((TfValue.Of) first.get(i)).value());
                next.add(step.graph.frame().value(step.results.get(i), "While", site.where()));
            } else if (elements.containsKey(i)) {
                TfValue.Elements initial = (TfValue.Elements) first.get(i);
                TfValue.Elements result = (TfValue.Elements) step.results.get(i);
                if (growing.get(i)) {
                    operands.add(initial.length());
                    next.add(result.length());
                }
                if (elements.get(i) != null) {
                    TensorType row = elements.get(i)
                            .withShape(elements.get(i)
                                    .shape()
                                    .slice(1, elements.get(i).shape().rank()));
                    Builder inner = step.graph.frame().builder();
                    operands.add(stacked(b, initial, row));
                    next.add(stacked(inner, result, row));
                    if (unlike.containsKey(i)) {
                        operands.add(initial.sizes(b, stacked(b, initial, row)));
                        next.add(result.sizes(inner, stacked(inner, result, row)));
                    }
                }
            }
        }
        states.keySet().forEach(key -> operands.add(site.frame().state().read(key)));
        states.keySet().forEach(key -> next.add(step.graph.frame().state().read(key)));
        int carries = operands.size();
        Value holds = truth(
                test.graph.frame().builder(), test.graph.frame().value(test.results.get(0), "While", site.where()));
        Graph condition = test.graph.graph(List.of(holds));
        Graph looped = step.graph.graph(next);
        operands.addAll(test.graph.captures());
        operands.addAll(step.graph.captures());
        return results(b.addAll(new While(condition, looped, carries), operands));
    }

    private List<TfValue> results(List<Value> out) {
        List<TfValue> all = new ArrayList<>();
        Iterator<Value> values = out.iterator();
        for (int i = 0; i < first.size(); i++) {
            if (types.containsKey(i)) {
                all.add(new TfValue.Of(values.next()));
            } else if (elements.containsKey(i)) {
                TfValue.Elements e = (TfValue.Elements) first.get(i);
                Value length = growing.get(i) ? values.next() : e.length();
                all.add(list(i, length, type -> values.next()));
            } else {
                all.add(first.get(i));
            }
        }
        for (String key : states.keySet()) {
            site.frame().state().assign(key, values.next());
        }
        return all;
    }

    /** The elements, zeros where none was set yet: as many along an axis as are known, which may be none. */
    static Value stacked(Builder b, TfValue.Elements e, TensorType row) {
        if (e.stacked() != null) {
            return e.stacked();
        }
        if (!row.shape().isRanked()) {
            throw new UnsupportedModelException(
                    "list: expected elements of a known rank but was " + row + ", at " + b.scope());
        }
        Dim length = e.length().node().op() instanceof Constant c
                ? Dim.of(c.value().ints()[0])
                : new Dim(Shape.UNKNOWN, e.length());
        Dim[] dims = new Dim[row.shape().rank() + 1];
        dims[0] = length;
        for (int a = 1; a < dims.length; a++) {
            dims[a] = Dim.of(Math.max(row.shape().dim(a - 1), 0));
        }
        return b.broadcastTo(b.constant(Tensor.zeros(TensorType.of(row.dtype()))), dims);
    }

    /** TensorFlow's truth: a number that is not zero, a string or tensor that is not empty. */
    static Value truth(Builder b, Value v) {
        if (v.dtype() == DType.BOOL && v.shape().isRanked() && v.shape().rank() == 0) {
            return v;
        }
        if (v.shape().isRanked() && v.shape().rank() == 0 && v.dtype() != DType.STRING) {
            return b.compare(Compare.Fn.NE, v, b.constant(v.dtype(), 0));
        }
        if (v.shape().isKnown() && v.shape().size() == 1) {
            return truth(b, b.reshape(v, new int[0]));
        }
        throw new UnsupportedModelException("condition: expected a number but was " + v.type() + ", at " + b.scope());
    }
}
