package dev.posthorn.ir;

import java.util.Locale;

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

    /** A part of the largest finite magnitude that a tensor has. */
    public static Tolerance ofScale(Tensor expected, double part) {
        return new Tolerance(0, part * scale(expected));
    }

    /** The largest finite magnitude of a tensor; of complex numbers that of their parts, of text 0. */
    public static double scale(Tensor t) {
        double scale = 0;
        for (int i = 0; t.dtype() != DType.STRING && i < t.size(); i++) {
            double v = t.dtype().isComplex()
                    ? Math.max(Math.abs(t.getPart(i, 0)), Math.abs(t.getPart(i, 1)))
                    : Math.abs(t.getDouble(i));
            scale = Double.isFinite(v) ? Math.max(scale, v) : scale;
        }
        return scale;
    }

    /** Whether a value is close enough; NaN is close to NaN only, an infinity to itself only. */
    public boolean accepts(double expected, double was) {
        return expected == was
                || Double.isNaN(expected) && Double.isNaN(was)
                || Math.abs(was - expected) <= atol + rtol * Math.abs(expected) && Double.isFinite(expected);
    }

    /** {@code 1e-5 + 1e-4·|expected|}, without what is 0. */
    @Override
    public String toString() {
        return rtol == 0
                ? text(atol)
                : atol == 0 ? text(rtol) + "·|expected|" : text(atol) + " + " + text(rtol) + "·|expected|";
    }

    private static String text(double x) {
        String all = Double.toString(x);
        String some = all.length() > 7 ? String.format(Locale.ROOT, "%.1e", x) : all;
        return some.replace(".0E", "e").replace('E', 'e');
    }
}
