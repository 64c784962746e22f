package dev.posthorn.plan;

import dev.posthorn.ir.TensorType;

/**
 * A value's place at run time.
 *
 * @param index its number in the frame
 * @param type what is known of the value when the plan is made
 * @param place where its elements are
 */
public record Slot(int index, TensorType type, Place place) {
    /** Where the elements of a value are. */
    public enum Place {
        /** The caller's array. */
        INPUT,
        /** An array that belongs to the plan and never changes. */
        CONSTANT,
        /** A range of the frame's arena. */
        ARENA,
        /** A new array each run, which the caller receives. */
        OUTPUT,
        /** A tensor made by its step, because its shape depends on data or its elements have no fixed size. */
        DYNAMIC
    }

    public boolean isStatic() {
        return place != Place.DYNAMIC;
    }
}
