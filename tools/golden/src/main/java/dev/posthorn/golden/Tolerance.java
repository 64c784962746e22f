package dev.posthorn.golden;

/** How far a number may be off: {@code |was − expected| ≤ atol + rtol·|expected|}. */
public record Tolerance(double rtol, double atol) {
    public static final Tolerance DEFAULT = new Tolerance(1e-5, 1e-5);

    /** Not at all. */
    public static final Tolerance EXACT = new Tolerance(0, 0);

    public Tolerance {
        if (!(rtol >= 0) || !(atol >= 0)) {
            throw new IllegalArgumentException(
                    "tolerance: expected at least 0 but was rtol " + rtol + ", atol " + atol);
        }
    }

    /** Whether a value is close enough; NaN is close to NaN only, an infinity to itself only. */
    boolean accepts(double expected, double was) {
        return expected == was
                || Double.isNaN(expected) && Double.isNaN(was)
                || Math.abs(was - expected) <= atol + rtol * Math.abs(expected) && Double.isFinite(expected);
    }

    @Override
    public String toString() {
        return atol + " + " + rtol + "·|expected|";
    }
}
