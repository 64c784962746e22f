package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Scan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The step of a {@link Scan}, and what its values are around the loop: carries, elements, and what is the same in every step. */
final class LoopStep {
    final Builder b;
    final Scan scan;
    final List<Value> in;
    final Graph body;
    private final Map<Value, Value> moved = new HashMap<>();

    LoopStep(Builder b, Scan scan, List<Value> in) {
        this.b = b;
        this.scan = scan;
        this.in = in;
        this.body = scan.body();
    }

    /** Carry {@code i} as the step is given it. */
    Value before(int i) {
        return body.inputs().get(i);
    }

    /** Carry {@code i} as the step leaves it. */
    Value after(int i) {
        return body.results().get(i);
    }

    /** What a step gives besides the carries, to be stacked. */
    List<Value> stacked() {
        return body.results().subList(scan.carries(), body.results().size());
    }

    /** Whether a value is an element of what the loop runs over. */
    boolean isElement(Value v) {
        int at = body.inputs().indexOf(v);
        return at >= scan.carries() && at < scan.carries() + scan.scanned();
    }

    /** Whether a value of the step is the same in all of them. */
    boolean isFixed(Value v) {
        return v.node().op() instanceof Input
                ? body.inputs().indexOf(v) >= scan.carries() + scan.scanned()
                : v.node().inputs().stream().allMatch(this::isFixed);
    }

    /** Whether a value of the step is the same vector of {@code n} in all of them. */
    boolean isVector(Value v, int n) {
        return isFixed(v) && v.shape().equals(Shape.of(n));
    }

    /** The operand of the loop that an input of its step is, or is an element of. */
    Value operand(Value input) {
        return in.get(body.inputs().indexOf(input));
    }

    /** A value that is the same in every step, outside of the loop. */
    Value outside(Value v) {
        Value there = moved.get(v);
        if (there == null) {
            there = v.node().op() instanceof Input
                    ? operand(v)
                    : v.node().op() instanceof Constant c
                            ? b.constant(c.value())
                            : b.addAll(
                                            v.node().op(),
                                            v.node().inputs().stream()
                                                    .map(this::outside)
                                                    .toList())
                                    .get(v.index());
            moved.put(v, there);
        }
        return there;
    }

    /** Whether a value, outside of the loop, is zero everywhere. */
    static boolean isZero(Value v) {
        if (v.node().op() instanceof Constant c && c.value().dtype().isFloating()) {
            for (int i = 0; i < c.value().size(); i++) {
                if (c.value().getDouble(i) != 0) {
                    return false;
                }
            }
            return true;
        }
        return v.node().op() instanceof BroadcastTo && isZero(v.node().input(0));
    }
}
