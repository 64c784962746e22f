package dev.posthorn.ir.op;

/** Functions that are integrals, in double. Source: Abramowitz and Stegun, chapters 5, 7, 9, 27. */
final class Integrals {
    private static final double EULER = 0.57721566490153286;
    private static final int MOST = 2000;

    private Integrals() {}

    /** {@code exp(−x²) ∫₀ˣ exp(t²) dt}. */
    static double dawson(double x) {
        double square = x * x;
        if (square > 50) {
            double y = 1 / (2 * x);
            double sum = y;
            for (int k = 1; k < 12; k++) {
                y *= (2 * k - 1) / (2 * square);
                sum += y;
            }
            return sum;
        }
        double power = x;
        double sum = x;
        for (int k = 1; k < MOST; k++) {
            power *= square / k;
            sum += power / (2 * k + 1);
        }
        return Math.exp(-square) * sum;
    }

    /** {@code ∫ exp(t)/t dt} from −∞ to x. */
    static double exponential(double x) {
        if (x == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        if (x < -1) {
            double b = 1 - x;
            double c = 1e300;
            double d = 1 / b;
            double h = d;
            for (int i = 1; i < MOST; i++) {
                b += 2;
                d = 1 / (-(double) i * i * d + b);
                c = b - (double) i * i / c;
                h *= c * d;
            }
            return -h * Math.exp(x);
        }
        if (x > 40) {
            double term = 1;
            double sum = 1;
            for (int k = 1; k < x; k++) {
                term *= k / x;
                sum += term;
            }
            return Math.exp(x) / x * sum;
        }
        double term = 1;
        double sum = 0;
        for (int k = 1; k < 300; k++) {
            term *= x / k;
            sum += term / k;
        }
        return EULER + Math.log(Math.abs(x)) + sum;
    }

    /** {@code −∫₁ˣ log(t)/(t − 1) dt}. */
    static double spence(double x) {
        if (x < 0 || Double.isNaN(x)) {
            return Double.NaN;
        }
        if (x == 0) {
            return Math.PI * Math.PI / 6;
        }
        if (x < 0.5) {
            return Math.PI * Math.PI / 6 - Math.log(x) * Math.log1p(-x) - spence(1 - x);
        }
        if (x > 1.5) {
            double log = Math.log(x);
            return -0.5 * log * log - spence(1 / x);
        }
        double sum = 0;
        double power = 1;
        for (int k = 1; k < 60; k++) {
            power *= 1 - x;
            sum += power / ((double) k * k);
        }
        return sum;
    }

    /** {@code exp(−|x|)·I(x)} of order n = 0 or 1. */
    static double bessel(int n, double x) {
        double size = Math.abs(x);
        double sign = n == 1 && x < 0 ? -1 : 1;
        double term = 1;
        double sum = 1;
        if (size > 30) {
            for (int k = 1; k < 30; k++) {
                double odd = 2 * k - 1;
                term *= (odd * odd - 4.0 * n * n) / (8 * k * size);
                sum += term;
            }
            return sign * sum / Math.sqrt(2 * Math.PI * size);
        }
        for (int k = 1; k < 200; k++) {
            term *= size * size / 4 / ((double) k * (k + n));
            sum += term;
        }
        return sign * sum * Math.exp(-size) * (n == 0 ? 1 : size / 2);
    }

    /** {@code J(x)} of order n: {@code 1/π ∫ cos(n·t − x·sin t) dt} over [0, π]. */
    static double oscillating(int n, double x) {
        if (!(Math.abs(x) < 1e5)) {
            return Double.isInfinite(x)
                    ? 0
                    : Double.isNaN(x)
                            ? x
                            : Math.sqrt(2 / (Math.PI * Math.abs(x)))
                                    * Math.cos(Math.abs(x) - n * Math.PI / 2 - Math.PI / 4)
                                    * (n == 1 && x < 0 ? -1 : 1);
        }
        int steps = 64 + (int) (2 * Math.abs(x));
        double sum = 0.5 * (1 + Math.cos(n * Math.PI));
        for (int i = 1; i < steps; i++) {
            double t = Math.PI * i / steps;
            sum += Math.cos(n * t - x * Math.sin(t));
        }
        return sum / steps;
    }

    /** {@code exp(x)·K(x)} of order n: {@code ∫ exp(−x·(cosh t − 1))·cosh(n·t) dt} over [0, ∞). */
    static double decaying(int n, double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double step = 0.02;
        double width = x > 1 ? step / Math.sqrt(x) * 2 : step;
        double sum = 0.5;
        for (int i = 1; i < 100_000; i++) {
            double t = i * width;
            double part = Math.exp(-x * (Math.cosh(t) - 1)) * Math.cosh(n * t);
            sum += part;
            if (part < sum * 1e-18) {
                break;
            }
        }
        return sum * width;
    }
}
