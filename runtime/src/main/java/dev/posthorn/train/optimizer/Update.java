package dev.posthorn.train.optimizer;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import java.util.Map;

/**
 * One parameter's update in the making; what a rule sees. Slots read what they were set to last.
 *
 * @param index the parameter's number
 * @param x its value
 * @param gradient its gradient, of its dtype
 * @param lr the learning rate, of its dtype
 * @param iterations the updates made before
 * @param slots the values of all slots, by name and parameter
 */
public record Update(
        Parameter parameter,
        int index,
        Expr x,
        Gradient gradient,
        Expr lr,
        Expr iterations,
        Map<Update.Key, Expr> slots) {
    /** Which slot. */
    public record Key(String name, int parameter) {}

    /** The gradient as a whole. */
    public Expr g() {
        return gradient.dense();
    }

    /** A number as Keras has it that casts it: by way of float32, which shows in float64. */
    public Expr cast(double number) {
        return x.number((float) number);
    }

    /** The number of this update, from 1, in the dtype of the parameter. */
    public Expr step() {
        return steps(1, x.dtype());
    }

    public Expr steps(int after, DType dtype) {
        return iterations.plus(after).cast(dtype);
    }

    /** The slot of this parameter, or the one of that name that belongs to none. */
    public Expr slot(String name) {
        Expr own = slots.get(new Key(name, index));
        return own != null ? own : slots.get(new Key(name, -1));
    }

    public boolean has(String name) {
        return slots.containsKey(new Key(name, index));
    }

    /**
     * Gives a slot its new value. Numbers too small to be normal are 0, as in TensorFlow: averages that decay would come to these
     * and stay there, and processors are slow with them.
     */
    public Expr set(String name, Expr value) {
        Key key = new Key(name, slots.containsKey(new Key(name, index)) ? index : -1);
        Expr cast = value.cast(slots.get(key).dtype());
        if (cast.dtype() == DType.FLOAT32) {
            cast = cast.abs().lessThan(cast.number(Float.MIN_NORMAL)).select(cast.number(0), cast);
        }
        slots.put(key, cast);
        return cast;
    }

    /** {@code slot + (target − slot) · (1 − keep)}: a moving average. */
    public Expr average(String name, Expr target, double keep) {
        Expr slot = slot(name);
        return set(name, slot.plus(target.minus(slot).times(1 - keep)));
    }
}
