package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Scan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes sums of products out of loops: a carry {@code s' = s + aᵀ·b} that nothing else in the step reads is one product
 * after the loop, {@code s + Aᵀ·B}, of all a and all b below each other. So are the gradients of recurrent weights.
 */
public final class HoistSums {
    private HoistSums() {}

    public static Graph apply(Graph g) {
        return Rewriter.apply(g, (b, op, in) -> op instanceof Scan scan ? hoist(b, scan, in) : null);
    }

    /** The loop without the first such carry; null where it has none. */
    private static List<Value> hoist(Builder b, Scan scan, List<Value> in) {
        Map<Value, Integer> uses = uses(scan.body());
        for (int i = 0; i < scan.carries(); i++) {
            Node product = product(scan.body(), i, uses);
            if (product != null && in.get(scan.carries()).shape().isRanked()) {
                return without(b, scan, in, i, product);
            }
        }
        return null;
    }

    /** How often each value is read, by nodes and as a result. */
    private static Map<Value, Integer> uses(Graph body) {
        Map<Value, Integer> uses = new HashMap<>();
        body.nodes().forEach(n -> n.inputs().forEach(v -> uses.merge(v, 1, Integer::sum)));
        body.results().forEach(v -> uses.merge(v, 1, Integer::sum));
        return uses;
    }

    /** The product that a carry only sums up; null where it is anything else. */
    private static Node product(Graph body, int carry, Map<Value, Integer> uses) {
        Value before = body.inputs().get(carry);
        Value after = body.results().get(carry);
        if (!after.node().op().equals(new Binary(Binary.Fn.ADD))
                || uses.get(after) != 1
                || uses.getOrDefault(before, 0) != 1) {
            return null;
        }
        List<Value> terms = after.node().inputs();
        Value other = terms.get(0).equals(before) ? terms.get(1) : terms.get(0);
        boolean sums = terms.contains(before)
                && uses.get(other) == 1
                && other.node().op().equals(new MatMul(true, false))
                && other.shape().isKnown()
                && other.shape().equals(before.shape())
                && other.node().inputs().stream()
                        .allMatch(v -> v.shape().isKnown() && v.shape().rank() == 2);
        return sums ? other.node() : null;
    }

    /** Which operand of the loop has all elements of a value of the body, where one has. */
    private static Optional<Integer> scanned(Scan scan, Value v) {
        int i = scan.body().inputs().indexOf(v);
        return i >= scan.carries() && i < scan.carries() + scan.scanned() ? Optional.of(i) : Optional.empty();
    }

    private static List<Value> without(Builder b, Scan scan, List<Value> in, int carry, Node product) {
        Graph body = scan.body();
        Builder step = new Builder();
        List<Value> inputs = new ArrayList<>();
        Map<Value, Value> bound = new HashMap<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            TensorType type = body.inputs().get(i).type();
            Value v = step.input("in" + i, type); // that of the carry is read by nothing that is left
            bound.put(body.inputs().get(i), v);
            if (i != carry) {
                inputs.add(v);
            }
        }
        Map<Value, Value> map = Rewriter.copy(body, step, bound);
        List<Value> results = new ArrayList<>(body.results());
        results.remove(carry);
        int[] at = new int[2];
        for (int k = 0; k < 2; k++) {
            Value factor = product.input(k);
            if (scanned(scan, factor).isPresent()) {
                continue;
            }
            at[k] = results.subList(scan.carries() - 1, results.size()).indexOf(factor);
            if (at[k] < 0) {
                at[k] = results.size() - (scan.carries() - 1);
                results.add(factor);
            }
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        results.forEach(v -> outputs.put("r" + outputs.size(), map.get(v)));
        List<Value> operands = new ArrayList<>(in);
        Value first = operands.remove(carry);
        Graph rest = step.graph(inputs, outputs, Map.of());
        List<Value> out = b.addAll(new Scan(rest, scan.carries() - 1, scan.scanned(), scan.reverse()), operands);
        Value[] stacked = new Value[2];
        for (int k = 0; k < 2; k++) {
            Shape s = product.input(k).shape();
            int made = scan.carries() - 1 + at[k];
            Value all = scanned(scan, product.input(k)).map(in::get).orElseGet(() -> out.get(made));
            stacked[k] = b.reshape(all, -1, s.dim(1));
        }
        List<Value> all = new ArrayList<>(out.subList(0, scan.carries() - 1));
        all.add(carry, b.plus(first, b.add(new MatMul(true, false), stacked[0], stacked[1])));
        int more = body.results().size() - scan.carries();
        all.addAll(out.subList(scan.carries() - 1, scan.carries() - 1 + more));
        return all;
    }
}
