package dev.posthorn.ir;

import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
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

    /**
     * Whether another graph is the same, node by node: equal ops and constants, of equal inputs.
     *
     * @param reading how a node of this graph is to be read: the identity, but where ops of it stand for others
     */
    public boolean sameAs(Graph other, UnaryOperator<String> reading) {
        boolean same = nodes.size() == other.nodes.size()
                && outputs.toString().equals(other.outputs.toString())
                && updates.toString().equals(other.updates.toString());
        for (int i = 0; same && i < nodes.size(); i++) {
            Node a = nodes.get(i);
            Node b = other.nodes.get(i);
            same = a.op() instanceof Constant c
                    ? b.op() instanceof Constant d && c.value().equals(d.value())
                    : reading.apply(a.toString()).equals(b.toString());
        }
        return same;
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

    /** Whether all that it computes is {@linkplain Op.Primitive#pure pure}. */
    public boolean isPure() {
        return nodes.stream().allMatch(n -> n.inputs().isEmpty() || !(n.op() instanceof Op.Primitive p) || p.pure());
    }
}
