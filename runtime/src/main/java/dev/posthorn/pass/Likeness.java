package dev.posthorn.pass;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Slice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether values are computed as those of a pattern are: by the same ops of the same operands, which may be the other way round
 * in sums and products. An input of the pattern stands for any one value.
 */
final class Likeness {
    private final Map<Value, Value> bound;

    /** A pattern of which these inputs are known. */
    Likeness(Map<Value, Value> bound) {
        this.bound = new HashMap<>(bound);
    }

    /** Whether the value is like the pattern; then what its inputs stand for is known. */
    boolean holds(Value pattern, Value v) {
        if (pattern.node().op() instanceof Input) {
            Value known = bound.putIfAbsent(pattern, v);
            return (known == null || known.equals(v)) && pattern.type().equals(v.type());
        }
        Op op = pattern.node().op();
        List<Value> of = pattern.node().inputs();
        List<Value> in = v.node().inputs();
        if (!same(pattern, v) || of.size() != in.size() || pattern.index() != v.index()) {
            return false;
        }
        Map<Value, Value> before = Map.copyOf(bound);
        if (all(of, in)) {
            return true;
        }
        bound.clear();
        bound.putAll(before);
        boolean turns = op instanceof Binary b && (b.fn() == Binary.Fn.ADD || b.fn() == Binary.Fn.MUL);
        return turns && all(of, List.of(in.get(1), in.get(0)));
    }

    /** Whether two nodes are of the same op; of slices only where they begin counts, if they give as much. */
    private static boolean same(Value pattern, Value v) {
        Op a = pattern.node().op();
        Op b = v.node().op();
        return a.equals(b)
                || a instanceof Slice x
                        && b instanceof Slice y
                        && x.starts().equals(y.starts())
                        && x.strides().equals(y.strides())
                        && pattern.shape().isKnown()
                        && pattern.type().equals(v.type());
    }

    private boolean all(List<Value> of, List<Value> in) {
        for (int i = 0; i < of.size(); i++) {
            if (!holds(of.get(i), in.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** What an input of the pattern stands for. */
    Value of(Value input) {
        return bound.get(input);
    }
}
