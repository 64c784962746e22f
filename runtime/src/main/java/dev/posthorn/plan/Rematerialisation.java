package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Variable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes run again, so that what they make need not be kept from where it is read to where it is read much later: what a
 * forward pass makes for the backward pass. An order of nodes in which some stand twice; a reader reads what was made last. The
 * same node makes the same bits of the same operands, so results do not change.
 *
 * <p>At the step at which most bytes are alive, the value that spares most for the work of its node is made again, with those
 * before it that are gone by then; so on until the bytes alive are within the bound or nothing helps.
 */
final class Rematerialisation {
    /** Most nodes that run again for one value. */
    private static final int LONGEST = 24;
    /** What a byte that is moved costs, in floating-point operations. */
    private static final double MOVE = 4;

    private final Set<Node> results = new HashSet<>();
    private final Map<Value, List<Node>> aliases = new HashMap<>();
    private List<Node> order;
    private Lives lives;

    private Rematerialisation(Graph graph) {
        this.order = graph.nodes();
        graph.results().forEach(v -> results.add(root(v).node()));
        graph.updates().values().forEach(v -> results.add(root(v).node()));
        for (Node n : graph.nodes()) {
            if (isAlias(n)) {
                aliases.computeIfAbsent(root(n.output()), k -> new ArrayList<>())
                        .add(n);
            }
        }
        lives = new Lives(order);
    }

    /** The nodes in an order in which about {@code bytes} are alive at once at most, or as few as can be. */
    static List<Node> order(Graph graph, long bytes) {
        Rematerialisation r = new Rematerialisation(graph);
        while (r.lives.most() > bytes && r.improve()) {
            // goes on
        }
        return r.order;
    }

    private static boolean isAlias(Node n) {
        return n.op() instanceof Reshape && n.output().shape().isKnown();
    }

    /** The value whose elements these are. */
    private static Value root(Value v) {
        Value at = v;
        while (isAlias(at.node())) {
            at = at.node().input(0);
        }
        return at;
    }

    /** Bytes that a value takes in the arena; 0 where it lies elsewhere. */
    private long bytes(Value v) {
        Op op = v.node().op();
        boolean elsewhere =
                op instanceof Constant || op instanceof Input || op instanceof Variable || results.contains(v.node());
        return elsewhere || !v.shape().isKnown() || v.dtype() == DType.STRING
                ? 0
                : (long) Planner.elements(v.type()) * Planner.elementBytes(v.dtype());
    }

    /** Whether a node may run twice: its results stay within the plan, and depend on its operands alone. */
    private boolean repeats(Node n) {
        return !results.contains(n)
                && !n.inputs().isEmpty()
                && (!(n.op() instanceof Op.Primitive p) || p.pure())
                && n.values().stream().allMatch(v -> v.shape().isKnown() && v.dtype() != DType.STRING);
    }

    /** A value as it was made once: at which place of the order, and the places that read it. */
    private static final class Life {
        final Value value;
        final long bytes;
        final List<Integer> uses = new ArrayList<>();

        Life(Value value, long bytes, int made) {
            this.value = value;
            this.bytes = bytes;
            uses.add(made);
        }

        int last() {
            return uses.get(uses.size() - 1);
        }
    }

    /** What is alive when. */
    private final class Lives {
        final List<Life> all = new ArrayList<>();
        final long[] alive;

        Lives(List<Node> order) {
            Map<Value, Life> now = new HashMap<>();
            for (int i = 0; i < order.size(); i++) {
                Node n = order.get(i);
                if (isAlias(n)) {
                    continue;
                }
                for (Value v : n.inputs()) {
                    Life l = now.get(root(v));
                    if (l != null && l.last() != i) {
                        l.uses.add(i);
                    }
                }
                for (Value v : n.values()) {
                    if (bytes(v) > 0) {
                        Life l = new Life(v, bytes(v), i);
                        now.put(v, l);
                        all.add(l);
                    }
                }
            }
            alive = new long[order.size()];
            long[] change = new long[order.size() + 1];
            for (Life l : all) {
                change[l.uses.get(0)] += l.bytes;
                change[l.last() + 1] -= l.bytes;
            }
            long sum = 0;
            for (int i = 0; i < alive.length; i++) {
                sum += change[i];
                alive[i] = sum;
            }
        }

        long most() {
            long most = 0;
            for (long a : alive) {
                most = Math.max(most, a);
            }
            return most;
        }

        int places(long bytes) {
            int n = 0;
            for (long a : alive) {
                n += a >= bytes ? 1 : 0;
            }
            return n;
        }

        /** The life of a value that a reader at that place sees; null where it lies elsewhere. */
        Life at(Value v, int place) {
            Life seen = null;
            for (Life l : all) {
                if (l.value.equals(v) && l.uses.get(0) < place) {
                    seen = l;
                }
            }
            return seen;
        }
    }

    /** A value to be made again, and what for. */
    private record Choice(Life life, int before, List<Node> again, double worth) {}

    private boolean improve() {
        long most = lives.most();
        int peak = 0;
        while (lives.alive[peak] < most) {
            peak++;
        }
        List<Choice> choices = new ArrayList<>();
        for (Life l : lives.all) {
            int before = -1;
            for (int u : l.uses) {
                before = before < 0 && u > peak ? u : before;
            }
            if (l.uses.get(0) < peak && before > 0 && !l.uses.contains(peak) && repeats(l.value.node())) {
                List<Node> again = again(l, before);
                if (!again.isEmpty()) {
                    double cost = again.stream().mapToDouble(this::cost).sum();
                    choices.add(new Choice(l, before, again, l.bytes / cost));
                }
            }
        }
        choices.sort(Comparator.comparingDouble(Choice::worth).reversed());
        int places = lives.places(most);
        for (Choice c : choices) {
            List<Node> other = new ArrayList<>(order);
            other.addAll(c.before, c.again);
            Lives then = new Lives(other);
            if (then.most() <= most && then.places(most) < places) {
                order = other;
                lives = then;
                return true;
            }
        }
        return false;
    }

    private double cost(Node n) {
        long moved = 0;
        for (Value v : n.inputs()) {
            moved += v.shape().isKnown() ? v.shape().size() : 0;
        }
        for (Value v : n.values()) {
            moved += v.shape().size();
        }
        return 1 + Work.flops(n) + MOVE * moved;
    }

    /** What runs before a place so that the value is there anew; nothing where that is too much. */
    private List<Node> again(Life wanted, int place) {
        List<Node> again = new ArrayList<>();
        return collect(wanted, wanted.value.node(), place, again, new HashSet<>()) ? again : List.of();
    }

    private boolean collect(Life wanted, Node n, int place, List<Node> again, Set<Node> seen) {
        if (!seen.add(n)) {
            return true;
        }
        if (!repeats(n)) {
            return false;
        }
        for (Value v : n.inputs()) {
            Value from = root(v);
            Life l = bytes(from) == 0 ? null : lives.at(from, place);
            boolean there = l == null || l.last() >= place || l.bytes * 8 <= wanted.bytes;
            if (!there && !collect(wanted, from.node(), place, again, seen)) {
                return false;
            }
        }
        again.add(n);
        for (Value v : n.values()) {
            again.addAll(aliases.getOrDefault(v, List.of()));
        }
        return again.size() <= LONGEST;
    }
}
