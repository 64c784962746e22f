package dev.posthorn.train.optimizer;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import java.util.Map;

/**
 * One parameter's update in the making; what a rule sees. Slots read what they were set to last.
 *
 * @param index the parameter's number
 * @param x its value
 * @param g its gradient, of its dtype
 * @param lr the learning rate, of its dtype
 * @param iterations the updates made before
 * @param slots the values of all slots, by name and parameter
 */
record Update(
        Builder b,
        Parameter parameter,
        int index,
        Expr x,
        Expr g,
        Expr lr,
        Expr iterations,
        Map<Update.Key, Expr> slots) {
    /** Which slot. */
    record Key(String name, int parameter) {}

    /** The number of this update, from 1, in the dtype of the parameter. */
    Expr step() {
        return steps(1, x.dtype());
    }

    Expr steps(int after, DType dtype) {
        return iterations.plus(after).cast(dtype);
    }

    /** The slot of this parameter, or the one of that name that belongs to none. */
    Expr slot(String name) {
        Expr own = slots.get(new Key(name, index));
        return own != null ? own : slots.get(new Key(name, -1));
    }

    boolean has(String name) {
        return slots.containsKey(new Key(name, index));
    }

    /** Gives a slot its new value. */
    Expr set(String name, Expr value) {
        Key key = new Key(name, slots.containsKey(new Key(name, index)) ? index : -1);
        Expr cast = value.cast(slots.get(key).dtype());
        slots.put(key, cast);
        return cast;
    }

    /** {@code slot + (target − slot) · (1 − keep)}: a moving average. */
    Expr average(String name, Expr target, double keep) {
        Expr slot = slot(name);
        return set(name, slot.plus(target.minus(slot).times(1 - keep)));
    }
}
