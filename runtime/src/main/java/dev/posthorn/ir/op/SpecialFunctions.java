package dev.posthorn.ir.op;

/** Functions that {@link Math} lacks, in double precision. */
public final class SpecialFunctions {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;

    private SpecialFunctions() {}

    public static double asinh(double x) {
        double a = Math.abs(x);
        double y = a < 1e8 ? Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1))) : Math.log(a) + Math.log(2);
        return Math.copySign(y, x);
    }

    public static double acosh(double x) {
        return x < 1e8 ? Math.log1p((x - 1) + Math.sqrt((x - 1) * (x + 1))) : Math.log(x) + Math.log(2);
    }

    public static double atanh(double x) {
        return 0.5 * Math.log1p(2 * x / (1 - x));
    }

    /** {@code 2/√π ∫₀ˣ exp(-t²) dt}, to about 1e-15 relative. */
    public static double erf(double x) {
        double a = Math.abs(x);
        return a < 2 ? series(x) : Math.copySign(1 - fraction(a), x);
    }

    /** {@code 1 - erf(x)}, relatively exact also where erf is nearly 1. */
    public static double erfc(double x) {
        return x < -2 ? 2 - fraction(-x) : x < 2 ? 1 - series(x) : fraction(x);
    }

    /** {@code 2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1))}: all terms positive. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return Double.isNaN(x) ? x : TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    /**
     * erfc for x ≥ 2: the continued fraction {@code exp(-x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + …)))}, from far inside.
     */
    private static double fraction(double x) {
        if (x > 27) {
            return 0;
        }
        double f = x;
        for (int k = 120; k >= 1; k--) {
            f = x + k / 2.0 / f;
        }
        return Math.exp(-x * x) * TWO_OVER_SQRT_PI / 2 / f;
    }
}
