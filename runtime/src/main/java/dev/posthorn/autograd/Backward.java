package dev.posthorn.autograd;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.pass.MergeScans;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A call and its gradient as one graph: {@code (inputs, dys) → (outputs, dxs)}, the derivatives by inputs and variables of
 * {@code Σ dy·y}. The dys, one for each real output, are inputs after those of the call.
 *
 * @param graph its first outputs are those of the call; its updates are those of the call
 * @param inputs the name of the output with the derivative by each input; empty where no output depends on it
 * @param variables the same by each variable's key; variables without influence are absent
 */
public record Backward(Graph graph, List<Optional<String>> inputs, Map<String, String> variables) {
    public Backward {
        inputs = List.copyOf(inputs);
        variables = Map.copyOf(variables);
    }

    /** The gradient of a call by its real inputs and by these of its variables. */
    public static Backward of(Graph call, Set<String> variables) {
        Graph prepared = Rewriter.apply(call, Rewriter.expandUnless(Gradients::isPrepared));
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>(Rewriter.copy(prepared, b, Map.of()));
        List<Value> in =
                new ArrayList<>(prepared.inputs().stream().map(map::get).toList());
        Map<String, Value> results = new LinkedHashMap<>();
        List<Value> ys = new ArrayList<>();
        List<Value> dys = new ArrayList<>();
        prepared.outputs().forEach((name, v) -> {
            Value y = map.get(v);
            results.put("y." + results.size(), y);
            if (Adjoint.isReal(y.dtype())) {
                ys.add(y);
                dys.add(b.input("dy." + dys.size(), y.type()));
            }
        });
        in.addAll(dys);
        int arguments = prepared.inputs().size();
        List<Value> xs = new ArrayList<>(in.subList(0, arguments));
        List<String> keys = new ArrayList<>();
        for (Node n : prepared.nodes()) {
            if (n.op() instanceof Variable v && variables.contains(v.key())) {
                keys.add(v.key());
                xs.add(map.get(n.output()));
            }
        }
        List<Optional<Value>> dxs = Gradients.of(b, ys, dys, xs);
        List<Optional<String>> ofInputs = new ArrayList<>();
        Map<String, String> ofVariables = new LinkedHashMap<>();
        for (int i = 0; i < dxs.size(); i++) {
            String name = i < arguments ? "d.in." + i : "d.w." + keys.get(i - arguments);
            dxs.get(i).ifPresent(dx -> results.put(name, dx));
            Optional<String> present = dxs.get(i).map(dx -> name);
            if (i < arguments) {
                ofInputs.add(present);
            } else if (present.isPresent()) {
                ofVariables.put(keys.get(i - arguments), name);
            }
        }
        Map<String, Value> updates = new LinkedHashMap<>();
        prepared.updates().forEach((key, v) -> updates.put(key, map.get(v)));
        return new Backward(MergeScans.apply(b.graph(in, results, updates)), ofInputs, ofVariables);
    }

    /** What was computed, by the name of the graph's output or the key of its update. */
    public Map<String, Tensor> named(List<Tensor> results) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        graph.outputs().keySet().forEach(name -> named.put(name, results.get(named.size())));
        graph.updates().keySet().forEach(key -> named.put("update." + key, results.get(named.size())));
        return named;
    }
}
