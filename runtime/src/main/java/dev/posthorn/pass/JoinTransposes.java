package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Transpose;
import java.util.List;

/**
 * Two transpositions one after the other are one, or none: between two layers over time, whose loops and gradients have time
 * first. A rule for rewriting.
 */
public final class JoinTransposes {
    private JoinTransposes() {}

    /** The values instead of {@code op} applied to {@code in}; null where it stays. */
    public static List<Value> rule(Builder b, Op op, List<Value> in) {
        if (!(op instanceof Transpose outer) || !(in.get(0).node().op() instanceof Transpose inner)) {
            return null;
        }
        int[] perm = outer.perm().stream().mapToInt(inner.perm()::get).toArray();
        return List.of(b.transpose(in.get(0).node().input(0), perm));
    }
}
