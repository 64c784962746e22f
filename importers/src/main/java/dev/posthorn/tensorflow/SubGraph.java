package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph that an op will hold, while it is read. Whatever it uses of the outer graph becomes an input of its own. */
public final class SubGraph {
    private final Frame frame;
    private final List<Value> parameters = new ArrayList<>();
    private final Map<Value, Value> captured = new LinkedHashMap<>();

    SubGraph(Frame outer) {
        Builder b = new Builder();
        frame = new Frame(
                outer.reader(), b, new State(key -> bring(outer.state().read(key))));
    }

    public Frame frame() {
        return frame;
    }

    /** A new input of the graph. */
    public Value parameter(TensorType type) {
        Value v = frame.builder().input("carry" + parameters.size(), type);
        parameters.add(v);
        return v;
    }

    /** A value of the outer graph, seen from inside. */
    public Value bring(Value v) {
        return captured.computeIfAbsent(
                v,
                k -> v.node().op() instanceof Constant c
                        ? frame.builder().constant(c.value())
                        : frame.builder().input("capture" + captured.size(), v.type()));
    }

    public TfValue bring(TfValue v) {
        if (v instanceof TfValue.Of of) {
            return new TfValue.Of(bring(of.value()));
        }
        if (v instanceof TfValue.Elements e) {
            return new TfValue.Elements(
                    e.element(),
                    bring(e.length()),
                    e.stacked() == null ? null : bring(e.stacked()),
                    e.sizes() == null ? null : bring(e.sizes()));
        }
        if (v instanceof TfValue.Maybe m) {
            return new TfValue.Maybe(m.held() == null ? null : bring(m.held()), bring(m.holds()));
        }
        if (v instanceof TfValue.Joined j) {
            return new TfValue.Joined(j.element(), bring(j.rows()), bring(j.lengths()));
        }
        if (v instanceof TfValue.Ragged r) {
            return new TfValue.Ragged(r.splits().stream().map(this::bring).toList(), bring(r.values()));
        }
        return v;
    }

    public List<TfValue> bring(List<TfValue> values) {
        return values.stream().map(this::bring).toList();
    }

    /** The outer values that are the operands of the graph's captures, in their order. */
    public List<Value> captures() {
        return captured.keySet().stream()
                .filter(v -> !(v.node().op() instanceof Constant))
                .toList();
    }

    /** The graph with these results: its inputs are the parameters, then the captures. */
    public Graph graph(List<Value> results) {
        List<Value> inputs = new ArrayList<>(parameters);
        captures().forEach(v -> inputs.add(captured.get(v)));
        Map<String, Value> outputs = new LinkedHashMap<>();
        results.forEach(v -> outputs.put("result" + outputs.size(), v));
        return frame.builder().graph(inputs, outputs, Map.of());
    }
}
