package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes one {@link Fused} node of a depthwise convolution and the convolutions of one tap before and after it, each with its
 * epilogue, where nothing else reads what lies between and that is too large for the cache: so it never leaves it. Where a mean
 * over all pixels of the last one's result is taken, and that is the depthwise one, it is a second result, summed up while the
 * pixels are in the cache. The body's nodes are the convolutions in order, and the mean.
 */
public final class FuseBottleneck {
    /** Elements between the convolutions that stay in the cache by themselves. */
    private static final int CACHED = 1 << 18;

    private final Graph graph;
    private final Uses uses;

    private FuseBottleneck(Graph graph) {
        this.graph = graph;
        this.uses = new Uses(graph);
    }

    /** Fuses wherever it finds them, in float32 with constant weights and biases. */
    public static Graph apply(Graph g) {
        return new FuseBottleneck(g).apply();
    }

    private Graph apply() {
        Map<Node, List<Node>> byLast = new HashMap<>();
        Set<Node> inside = new HashSet<>();
        for (Node n : graph.nodes()) {
            List<Node> chain = isDepthwise(n) ? chain(n, inside) : List.of();
            if (chain.size() > 1) {
                byLast.put(last(chain), chain);
                inside.addAll(chain);
            }
        }
        if (byLast.isEmpty()) {
            return graph;
        }
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : graph.nodes()) {
            if (byLast.containsKey(n)) {
                fuse(b, byLast.get(n), map);
            } else if (!inside.contains(n)) {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(graph, b, map);
    }

    private static Optional<Conv> conv(Node n) {
        Op op = n.op() instanceof Fused f ? f.ops().get(0) : n.op();
        boolean takes = op instanceof Conv c
                && c.window().rank() == 2
                && c.inputDilations().stream().allMatch(d -> d == 1)
                && n.output().dtype() == DType.FLOAT32
                && n.output().shape().isKnown()
                && n.input(1).node().op() instanceof Constant
                && n.inputs().stream()
                        .skip(2)
                        .noneMatch(v -> FuseEpilogue.isBias(v, n.output().shape())
                                && !(v.node().op() instanceof Constant));
        return takes ? Optional.of((Conv) op) : Optional.empty();
    }

    private static boolean isDepthwise(Node n) {
        return conv(n).filter(c -> c.groups() > 1
                        && c.groups() == n.input(0).shape().dim(-1)
                        && c.groups() == n.output().shape().dim(-1)
                        && c.window().low().stream().allMatch(p -> p >= 0)
                        && c.window().high().stream().allMatch(p -> p >= 0))
                .isPresent();
    }

    static boolean isPointwise(Node n) {
        Window w = Window.valid(List.of(1, 1), List.of(1, 1), List.of(1, 1));
        return conv(n).filter(c -> c.groups() == 1 && c.window().equals(w)).isPresent();
    }

    /** Whether a node is the mean over all pixels of a picture. */
    public static boolean isMean(Op op) {
        return op instanceof Reduce r && r.fn() == Reduce.Fn.MEAN && r.axes().equals(List.of(1, 2));
    }

    /** The last of the convolutions. */
    private static Node last(List<Node> chain) {
        Node n = chain.get(chain.size() - 1);
        return isMean(n.op()) ? chain.get(chain.size() - 2) : n;
    }

    /** Whether nothing but constants comes in besides x. */
    private static boolean isPlain(Node n) {
        return n.inputs().size() <= 3
                && n.inputs().stream().skip(1).allMatch(v -> v.node().op() instanceof Constant);
    }

    private List<Node> chain(Node depthwise, Set<Node> taken) {
        List<Node> chain = new ArrayList<>();
        Node before = depthwise.input(0).node();
        boolean expands = !taken.contains(before)
                && isPointwise(before)
                && isPlain(before)
                && uses.only(before.output()).isPresent()
                && before.output().shape().size() > CACHED;
        if (expands) {
            chain.add(before);
        }
        chain.add(depthwise);
        Optional<Node> after = uses.only(depthwise.output())
                .filter(n -> isPointwise(n)
                        && isPlain(depthwise)
                        && n.input(0).equals(depthwise.output())
                        && (expands || depthwise.output().shape().size() > CACHED));
        after.ifPresent(chain::add);
        if (after.isEmpty() && depthwise.output().shape().size() > 0) {
            uses.readers(depthwise.output()).stream()
                    .filter(n -> isMean(n.op()))
                    .findFirst()
                    .ifPresent(chain::add);
        }
        return chain;
    }

    private static void fuse(Builder b, List<Node> chain, Map<Value, Value> map) {
        Builder body = new Builder();
        Map<Value, Value> inner = new HashMap<>();
        List<Value> inputs = new ArrayList<>();
        List<Value> operands = new ArrayList<>();
        for (Node n : chain) {
            for (Value v : n.inputs()) {
                if (!inner.containsKey(v)) {
                    inner.put(v, body.input("operand" + inputs.size(), v.type()));
                    inputs.add(inner.get(v));
                    operands.add(map.get(v));
                }
            }
            Rewriter.copyNode(n, body, inner);
        }
        Map<String, Value> results = new LinkedHashMap<>();
        List<Value> made = new ArrayList<>();
        for (Node n : chain.subList(chain.indexOf(last(chain)), chain.size())) {
            results.put("y" + made.size(), inner.get(n.output()));
            made.add(n.output());
        }
        Fused fused = new Fused(body.graph(inputs, results, Map.of()));
        List<Value> out = b.named(last(chain).name(), () -> b.addAll(fused, operands));
        for (int i = 0; i < made.size(); i++) {
            map.put(made.get(i), out.get(i));
        }
    }
}
