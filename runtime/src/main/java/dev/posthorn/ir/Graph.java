package dev.posthorn.ir;

import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A pure function as nodes in topological order. Immutable: passes are functions Graph → Graph.
 *
 * @param nodes every node that an output or update needs, and every input
 * @param inputs the {@link Input} nodes' values, in the order of arguments
 * @param outputs the results by name, in order
 * @param updates the new values of variables, by the variable's key; written after the whole graph has run
 */
public record Graph(List<Node> nodes, List<Value> inputs, Map<String, Value> outputs, Map<String, Value> updates) {
    public Graph {
        nodes = List.copyOf(nodes);
        inputs = List.copyOf(inputs);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        updates = Collections.unmodifiableMap(new LinkedHashMap<>(updates));
    }

    /** The outputs in order. */
    public List<Value> results() {
        return List.copyOf(outputs.values());
    }

    /** The variables that the graph reads, in order of first use. */
    public List<Variable> variables() {
        return nodes.stream()
                .map(Node::op)
                .flatMap(op -> op instanceof Variable v ? Stream.of(v) : Stream.empty())
                .toList();
    }

    /** One line a node, as {@code explain()} prints it. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        for (Node n : nodes) {
            if (!(n.op() instanceof Constant)) {
                s.append("  ").append(n).append('\n');
            }
        }
        s.append("  return ").append(outputs).append('\n');
        return updates.isEmpty()
                ? s.toString()
                : s.append("  update ").append(updates).append('\n').toString();
    }
}
