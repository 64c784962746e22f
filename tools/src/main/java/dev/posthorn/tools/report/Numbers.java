package dev.posthorn.tools.report;

import java.util.Locale;

/** Numbers as reports write them. */
public final class Numbers {
    private Numbers() {}

    /** {@code 4.1e-03}, {@code 0}, {@code ∞}. */
    public static String error(double x) {
        return x == 0
                ? "0"
                : Double.isInfinite(x) ? "∞" : Double.isNaN(x) ? "NaN" : String.format(Locale.ROOT, "%.1e", x);
    }

    /** Four digits that matter. */
    public static String value(double x) {
        if (x == Math.rint(x) && Math.abs(x) < 1e9) {
            return String.format(Locale.ROOT, "%.0f", x);
        }
        double size = Math.abs(x);
        return String.format(Locale.ROOT, size >= 1e-3 && size < 1e6 ? "%.4g" : "%.3e", x);
    }

    /** {@code 99.20 %}. */
    public static String percent(double part) {
        return Double.isNaN(part) ? "–" : String.format(Locale.ROOT, "%.2f %%", 100 * part);
    }
}
