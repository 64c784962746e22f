package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Branch;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.While;
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
        return Rewriter.apply(
                g,
                (b, op, in) -> op instanceof Scan scan
                        ? scan(b, scan, in)
                        : op instanceof While loop
                                ? loop(b, loop, in)
                                : op instanceof Branch choice ? choice(b, choice, in) : null);
    }

    /** A body for what is given to it, and what is given that is no constant. */
    private record Told(Graph body, List<Value> rest, boolean changes) {
        /** The first {@code fixed} operands stay operands. */
        static Told of(Graph body, List<TensorType> types, List<Value> in, int fixed) {
            boolean changes = false;
            Map<Integer, Constant> constants = new HashMap<>();
            List<Value> rest = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                if (i >= fixed && in.get(i).node().op() instanceof Constant c) {
                    constants.put(i, c);
                } else {
                    rest.add(in.get(i));
                }
                changes |= !types.get(i).equals(body.inputs().get(i).type());
            }
            changes |= !constants.isEmpty();
            return new Told(changes ? Specialise.body(body, types, constants) : body, rest, changes);
        }
    }

    private static List<TensorType> types(List<Value> values) {
        return values.stream().map(Value::type).toList();
    }

    /** A loop of which it is not known how often it runs: its carries have the types that every step keeps. */
    private static List<Value> loop(Builder b, While loop, List<Value> in) {
        int n = loop.carries();
        int seen = n + loop.conditionCaptures();
        Builder alone = new Builder();
        List<Value> given = new ArrayList<>();
        in.forEach(v -> given.add(alone.input("in" + given.size(), v.type())));
        List<Value> state = alone.addAll(loop, given);
        List<Value> first = new ArrayList<>(state);
        first.addAll(in.subList(n, seen));
        List<Value> step = new ArrayList<>(state);
        step.addAll(in.subList(seen, in.size()));
        Told condition = Told.of(loop.condition(), types(first), first, n);
        Told body = Told.of(loop.body(), types(step), step, n);
        if (!condition.changes && !body.changes) {
            return null;
        }
        List<Value> all = new ArrayList<>(in.subList(0, n));
        all.addAll(condition.rest.subList(n, condition.rest.size()));
        all.addAll(body.rest.subList(n, body.rest.size()));
        return b.addAll(new While(condition.body, body.body, n), all);
    }

    private static List<Value> choice(Builder b, Branch choice, List<Value> in) {
        List<Graph> branches = new ArrayList<>();
        List<Value> all = new ArrayList<>(in.subList(0, 1));
        boolean changes = false;
        int at = 1;
        for (Graph branch : choice.branches()) {
            List<Value> own = in.subList(at, at + branch.inputs().size());
            at += own.size();
            Told told = Told.of(branch, types(own), own, 0);
            branches.add(told.body);
            all.addAll(told.rest);
            changes |= told.changes;
        }
        return changes ? b.addAll(new Branch(branches), all) : null;
    }

    /** The loop with a body of exactly these types, and without captures that are constants; null where it is that. */
    private static List<Value> scan(Builder b, Scan scan, List<Value> in) {
        int fixed = scan.carries() + scan.scanned();
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            Value v = in.get(i);
            boolean element = i >= scan.carries() && i < fixed && v.shape().isRanked();
            types.add(element ? v.type().withShape(v.shape().remove(0)) : v.type());
        }
        Told told = Told.of(scan.body(), types, in, fixed);
        return told.changes
                ? b.addAll(new Scan(told.body, scan.carries(), scan.scanned(), scan.reverse()), told.rest)
                : null;
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
