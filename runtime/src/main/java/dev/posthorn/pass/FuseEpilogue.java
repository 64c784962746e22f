package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.MatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes one {@link Fused} node of a convolution or matrix product, the bias added to it, a tensor of its own shape added to
 * it (a residual connection), and an activation, as far as they follow each other and nothing else reads what lies between.
 * Weights and bias may vary. The body's inputs are x, w, then bias and residual where they are there.
 */
public final class FuseEpilogue {
    private final Graph graph;
    private final Uses uses;
    private final Predicate<Op> activation;

    private FuseEpilogue(Graph graph, Predicate<Op> activation) {
        this.graph = graph;
        this.uses = new Uses(graph);
        this.activation = activation;
    }

    /** Fuses where the activation is one that {@code activation} accepts. */
    public static Graph apply(Graph g, Predicate<Op> activation) {
        return new FuseEpilogue(g, activation).apply();
    }

    /** The nodes that become one, and what the later ones read besides their predecessor. */
    private record Chain(List<Node> nodes, List<Value> operands) {
        Node last() {
            return nodes.get(nodes.size() - 1);
        }
    }

    private Graph apply() {
        Map<Node, Chain> byLast = new HashMap<>();
        Set<Node> inside = new HashSet<>();
        for (Node n : graph.nodes()) {
            if (isRoot(n)) {
                Chain chain = chain(n, inside);
                if (chain.nodes.size() > 1) {
                    byLast.put(chain.last(), chain);
                    inside.addAll(chain.nodes);
                }
            }
        }
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : graph.nodes()) {
            if (byLast.containsKey(n)) {
                map.put(n.output(), fuse(b, byLast.get(n), map));
            } else if (!inside.contains(n)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(graph, b, map);
    }

    private static boolean isRoot(Node n) {
        boolean kind = n.op() instanceof Conv
                || n.op() instanceof MatMul m
                        && !m.transposeA()
                        && n.input(1).shape().rank() == 2;
        return kind && n.output().dtype() == DType.FLOAT32 && n.output().shape().isKnown();
    }

    /** Follows the root; nodes that are {@code taken} already, by the chain of another root, end it. */
    private Chain chain(Node root, Set<Node> taken) {
        List<Node> nodes = new ArrayList<>(List.of(root));
        List<Value> operands = new ArrayList<>(root.inputs());
        Value y = root.output();
        Value residual = null;
        for (Optional<Node> next = uses.only(y); next.isPresent(); next = uses.only(y)) {
            Node n = next.get();
            if (taken.contains(n)) {
                break;
            }
            if (n.op().equals(new Binary(Binary.Fn.ADD)) && n.output().shape().equals(y.shape())) {
                Value other = n.input(0).equals(y) ? n.input(1) : n.input(0);
                boolean bias = nodes.size() == 1 && isBias(other, y.shape());
                if (!bias && (residual != null || !other.shape().equals(y.shape()) || isBias(other, y.shape()))) {
                    break;
                }
                residual = bias ? null : other;
                operands.add(other);
            } else if (n.inputs().size() == 1 && activation.test(n.op())) {
                nodes.add(n);
                break;
            } else {
                break;
            }
            nodes.add(n);
            y = n.output();
        }
        return new Chain(nodes, operands);
    }

    /** Whether a value that is added at once to a product of the shape y is one element a channel. */
    public static boolean isBias(Value v, Shape y) {
        return v.shape().isKnown()
                && v.shape().rank() > 0
                && v.shape().size() == y.dim(-1)
                && (v.shape().rank() == 1
                        || v.shape().rank() <= y.rank() && v.shape().dim(-1) == y.dim(-1));
    }

    private static Value fuse(Builder b, Chain chain, Map<Value, Value> map) {
        Builder body = new Builder();
        Map<Value, Value> inner = new HashMap<>();
        List<Value> inputs = new ArrayList<>();
        for (Value v : chain.operands) {
            Value in = body.input("operand" + inputs.size(), v.type());
            inputs.add(in);
            inner.putIfAbsent(v, in);
        }
        chain.nodes.forEach(n -> Rewriter.copyNode(n, body, inner));
        Graph cut = body.graph(inputs, Map.of("y", inner.get(chain.last().output())), Map.of());
        Value[] operands = chain.operands.stream().map(map::get).toArray(Value[]::new);
        return b.named(chain.last().name(), () -> b.add(new Fused(cut), operands));
    }
}
