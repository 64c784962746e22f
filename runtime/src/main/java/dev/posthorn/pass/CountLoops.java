package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.While;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A {@link While} that counts from one constant to another becomes a {@link Scan}: what a step reads at the counter is scanned,
 * what it writes there is stacked. Recurrent layers in graphs of TensorFlow are such loops. A loop that is any other, or
 * ends otherwise, stays as it is.
 */
public final class CountLoops {
    private final While loop;
    private final List<Value> in;
    private final Graph body;
    private final Map<Integer, Integer> counters = new LinkedHashMap<>();

    private CountLoops(While loop, List<Value> in) {
        this.loop = loop;
        this.in = in;
        this.body = loop.body();
    }

    public static Graph apply(Graph g) {
        return Rewriter.apply(g, CountLoops::rule);
    }

    /** The rule of the pass: the results of a loop that counts; null for any other op. */
    static List<Value> rule(Builder b, Op op, List<Value> in) {
        return op instanceof While w ? new CountLoops(w, in).write(b) : null;
    }

    private List<Value> write(Builder b) {
        for (int i = 0; i < loop.carries(); i++) {
            Optional<Integer> first = integer(in.get(i));
            if (first.isPresent() && isNext(body.results().get(i), body.inputs().get(i))) {
                counters.put(i, first.get());
            }
        }
        OptionalInt n = steps(loop.condition().results().get(0));
        if (n.isEmpty() || n.getAsInt() < 1) {
            return null;
        }
        return new CountedLoop(b, loop, in, counters, n.getAsInt()).results();
    }

    /** One integer that is known. */
    static Optional<Integer> integer(Value v) {
        return v.node().op() instanceof Constant c && c.value().size() == 1 && v.dtype() == DType.INT32
                ? Optional.of(c.value().ints()[0])
                : Optional.empty();
    }

    private static boolean isNext(Value next, Value counter) {
        return next.node().op() instanceof Binary add
                && add.fn() == Binary.Fn.ADD
                && next.node().inputs().contains(counter)
                && next.node().inputs().stream()
                        .anyMatch(v -> integer(v).filter(one -> one == 1).isPresent());
    }

    /** For how many steps a condition holds, where that follows from counters alone. */
    private OptionalInt steps(Value holds) {
        Op op = holds.node().op();
        List<Value> of = holds.node().inputs();
        if (op instanceof Binary and && and.fn() == Binary.Fn.AND) {
            OptionalInt a = steps(of.get(0));
            OptionalInt c = steps(of.get(1));
            return a.isPresent() && c.isPresent()
                    ? OptionalInt.of(Math.min(a.getAsInt(), c.getAsInt()))
                    : OptionalInt.empty();
        }
        if (!(op instanceof Compare less)) {
            return OptionalInt.empty();
        }
        boolean swapped = less.fn() == Compare.Fn.GT;
        int counter = loop.condition().inputs().indexOf(of.get(swapped ? 1 : 0));
        Optional<Integer> end = known(of.get(swapped ? 0 : 1));
        boolean counts = (swapped || less.fn() == Compare.Fn.LT) && counters.containsKey(counter);
        return counts && end.isPresent()
                ? OptionalInt.of((int)
                        Math.max(0, Math.min((long) end.get() - counters.get(counter), Integer.MAX_VALUE)))
                : OptionalInt.empty();
    }

    /** An integer that the condition sees: a constant of its own, or of the graph around. */
    private Optional<Integer> known(Value v) {
        int at = loop.condition().inputs().indexOf(v);
        return at < 0 ? integer(v) : at >= loop.carries() ? integer(in.get(at)) : Optional.empty();
    }
}
