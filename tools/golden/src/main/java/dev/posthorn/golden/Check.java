package dev.posthorn.golden;

/**
 * A recorded array against what Java gives.
 *
 * @param name what it is: the key of the array, or a step's metric
 * @param allowed how far its values may be off
 */
public record Check(String name, Comparison comparison, Tolerance allowed) {

    /** What cannot be compared, and why. */
    static Check problem(String name, String problem) {
        return new Check(name, Comparison.problem(problem), Tolerance.EXACT);
    }

    public boolean passed() {
        return comparison.passed();
    }

    /** {@code b0.out.0: 3 of 30 values of float32[5×6] differ, worst at [2, 4]: expected 0.5 but was 0.7 (allowed …)}. */
    @Override
    public String toString() {
        boolean compared = passed() || !comparison.problem().isEmpty();
        return name + ": " + comparison + (compared ? "" : " (allowed " + allowed + ")");
    }
}
