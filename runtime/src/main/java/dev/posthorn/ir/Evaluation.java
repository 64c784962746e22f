package dev.posthorn.ir;

import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.ShapeException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Runs a graph node by node through {@link Op.Primitive#eval}: naive, and what every fast backend is measured against.
 */
public final class Evaluation {
    private final Graph graph;

    private Evaluation(Graph graph) {
        this.graph = graph;
    }

    /** Prepares a graph: every composite is expanded, once. */
    public static Evaluation of(Graph graph) {
        return new Evaluation(Rewriter.apply(graph, Rewriter.expandUnless(op -> false)));
    }

    /** A graph that holds no composite, such as the body inside of an op that {@link #of} has gone over already. */
    public static Evaluation ofExpanded(Graph graph) {
        return new Evaluation(graph);
    }

    /** The results of one call: outputs by name, and new values of variables by key. */
    public record Results(Map<String, Tensor> outputs, Map<String, Tensor> updates) {}

    public Results run(List<Tensor> inputs, Function<String, Tensor> variables) {
        return run(inputs, variables, (node, values) -> {});
    }

    /** Runs the graph; {@code observer} sees every node's values as they are made. */
    public Results run(
            List<Tensor> inputs, Function<String, Tensor> variables, BiConsumer<Node, List<Tensor>> observer) {
        Map<Value, Tensor> env = new HashMap<>();
        if (inputs.size() != graph.inputs().size()) {
            throw new ShapeException(
                    "evaluation: expected " + graph.inputs().size() + " inputs but was " + inputs.size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            Value v = graph.inputs().get(i);
            if (v.dtype() != inputs.get(i).dtype()
                    || !v.shape().accepts(inputs.get(i).shape())) {
                throw new ShapeException("evaluation: expected " + v.type() + " but was "
                        + inputs.get(i).type() + ", at " + v.node());
            }
            env.put(v, inputs.get(i));
        }
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Input) {
                if (!env.containsKey(n.output())) {
                    throw new ShapeException("evaluation: expected a value for the input but was none, at " + n);
                }
                continue;
            }
            List<Tensor> out = n.op() instanceof Variable v
                    ? List.of(variables.apply(v.key()))
                    : eval(
                            (Op.Primitive) n.op(),
                            n.inputs().stream().map(env::get).toList(),
                            n.name());
            observer.accept(n, out);
            for (int i = 0; i < out.size(); i++) {
                env.put(n.output(i), out.get(i));
            }
        }
        return new Results(pick(graph.outputs(), env), pick(graph.updates(), env));
    }

    /** Applies one primitive to values: infers with every operand known, then computes. */
    public static List<Tensor> eval(Op.Primitive op, List<Tensor> in, String where) {
        Builder b = new Builder();
        try {
            List<TensorType> types =
                    op.infer(new Operands(in.stream().map(b::constant).toList()));
            return op.eval(in, types);
        } catch (ShapeException e) {
            throw Builder.located(op, e, where.isEmpty() ? "evaluation" : where);
        }
    }

    private static Map<String, Tensor> pick(Map<String, Value> names, Map<Value, Tensor> env) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        names.forEach((name, v) -> out.put(name, env.get(v)));
        return out;
    }

    /** The graph as it is run: composites expanded. */
    public Graph graph() {
        return graph;
    }

    @Override
    public String toString() {
        return graph.toString();
    }
}
