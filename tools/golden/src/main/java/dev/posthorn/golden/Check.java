package dev.posthorn.golden;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tolerance;

/**
 * A recorded array against what Java gives.
 *
 * @param name what it is: the key of the array, or a step's metric
 * @param allowed how far its values may be off
 * @param note what is to be known of a check that passed; mostly empty
 */
public record Check(String name, Comparison comparison, Tolerance allowed, String note) {
    /** Of which nothing else is to be known. */
    public Check(String name, Comparison comparison, Tolerance allowed) {
        this(name, comparison, allowed, "");
    }

    /** What cannot be compared, and why. */
    static Check problem(String name, String problem) {
        return new Check(name, Comparison.problem(problem), Tolerance.EXACT);
    }

    /** The same under another name. */
    public Check named(String other) {
        return new Check(other, comparison, allowed, note);
    }

    public boolean passed() {
        return comparison.passed();
    }

    /** {@code b0.out.0: 3 of 30 values of float32[5×6] differ, worst at [2, 4]: expected 0.5 but was 0.7 (allowed …)}. */
    @Override
    public String toString() {
        boolean compared = passed() || !comparison.problem().isEmpty();
        String said = !passed() || note.isEmpty() ? "" : " (" + note + ")";
        return name + ": " + comparison + said + (compared ? "" : " (allowed " + allowed + ")");
    }
}
