package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Scan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells the bodies inside of ops what is known outside: the types of their operands, and the constants that every step
 * sees. What a body then holds is prepared once, as in the graph around it.
 */
public final class Specialise {
    private Specialise() {}

    public static Graph apply(Graph g) {
        return Rewriter.apply(g, (b, op, in) -> op instanceof Scan scan ? scan(b, scan, in) : null);
    }

    /** The loop with a body of exactly these types, and without captures that are constants; null where it is that. */
    private static List<Value> scan(Builder b, Scan scan, List<Value> in) {
        int fixed = scan.carries() + scan.scanned();
        boolean changes = false;
        List<TensorType> types = new ArrayList<>();
        Map<Integer, Constant> constants = new HashMap<>();
        List<Value> rest = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            Value v = in.get(i);
            boolean element = i >= scan.carries() && i < fixed && v.shape().isRanked();
            TensorType type = element ? v.type().withShape(v.shape().remove(0)) : v.type();
            types.add(type);
            if (i >= fixed && v.node().op() instanceof Constant c) {
                constants.put(i, c);
            } else {
                rest.add(v);
            }
            changes |= !type.equals(scan.body().inputs().get(i).type());
        }
        if (!changes && constants.isEmpty()) {
            return null;
        }
        Graph body = body(scan.body(), types, constants);
        return b.addAll(new Scan(body, scan.carries(), scan.scanned(), scan.reverse()), rest);
    }

    /** The graph for arguments of these types; those that are constants are no inputs any more. */
    private static Graph body(Graph body, List<TensorType> types, Map<Integer, Constant> constants) {
        Builder b = new Builder();
        List<Value> inputs = new ArrayList<>();
        List<Value> arguments = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            Value v = constants.containsKey(i) ? b.add(constants.get(i)) : b.input("in" + i, types.get(i));
            arguments.add(v);
            if (!constants.containsKey(i)) {
                inputs.add(v);
            }
        }
        List<Value> results = Rewriter.inline(body, b, arguments);
        Map<String, Value> outputs = new LinkedHashMap<>();
        int next = 0;
        for (String name : body.outputs().keySet()) {
            outputs.put(name, results.get(next++));
        }
        return b.graph(inputs, outputs, Map.of());
    }
}
