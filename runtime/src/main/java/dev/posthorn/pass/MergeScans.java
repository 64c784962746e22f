package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Scan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Of two loops over the same operands, of which one has the results of the other and more, only that one is left. A gradient
 * makes such a loop, to know the carries before each step.
 */
public final class MergeScans {
    private record Key(List<Value> operands, List<Node> body, int carries, int scanned, boolean reverse) {}

    private MergeScans() {}

    public static Graph apply(Graph g) {
        Map<Key, Scan> largest = new HashMap<>();
        for (Node n : g.nodes()) {
            if (n.op() instanceof Scan s) {
                largest.merge(key(n, s), s, (a, b) -> extend(a, b) ? a : b);
            }
        }
        Builder b = new Builder();
        Map<Value, Value> map = new HashMap<>();
        for (Node n : g.nodes()) {
            if (n.op() instanceof Scan s && extend(largest.get(key(n, s)), s)) {
                List<Value> in = n.inputs().stream().map(map::get).toList();
                List<Value> out = b.named(n.name(), () -> b.addAll(largest.get(key(n, s)), in));
                n.values().forEach(v -> map.put(v, out.get(v.index())));
            } else {
                Rewriter.copyNode(n, b, map);
            }
        }
        return Rewriter.finish(g, b, map);
    }

    private static Key key(Node n, Scan s) {
        return new Key(n.inputs(), s.body().nodes(), s.carries(), s.scanned(), s.reverse());
    }

    /** Whether the results of {@code more} begin with those of {@code less}. */
    private static boolean extend(Scan more, Scan less) {
        List<Value> all = more.body().results();
        List<Value> some = less.body().results();
        return all.size() >= some.size() && all.subList(0, some.size()).equals(some);
    }
}
