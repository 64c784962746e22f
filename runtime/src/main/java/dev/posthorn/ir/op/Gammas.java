package dev.posthorn.ir.op;

/** The gamma function's kin, in double. Source: Abramowitz and Stegun, chapters 5, 6, 7, 23, 26, 27. */
final class Gammas {
    private static final double[] LANCZOS = {
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7
    };

    /** {@code B₂ⱼ} for j = 1, 2, … */
    private static final double[] BERNOULLI = {
        1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510
    };

    private static final int MOST = 10_000;

    private Gammas() {}

    /** {@code log |Γ(x)|}. */
    static double log(double x) {
        if (Double.isInfinite(x) || x <= 0 && x == Math.floor(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (x < 0.5) {
            return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - log(1 - x);
        }
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (x - 1 + i);
        }
        double t = x + 6.5;
        return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
    }

    /** {@code Γ'(x)/Γ(x)}. */
    static double digamma(double x) {
        if (x <= 0 && x == Math.floor(x)) {
            return Double.NaN;
        }
        if (x < 0) {
            return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
        }
        double y = 0;
        double at = x;
        for (; at < 10; at++) {
            y -= 1 / at;
        }
        y += Math.log(at) - 0.5 / at;
        double power = at * at;
        for (int j = 0; j < BERNOULLI.length; j++, power *= at * at) {
            y -= BERNOULLI[j] / (2 * (j + 1) * power);
        }
        return y;
    }

    /** {@code Σ (q + k)⁻ˢ} over k = 0, 1, … */
    static double zeta(double s, double q) {
        if (s == 1 || q <= 0 && q == Math.floor(q) && s > 1) {
            return Double.POSITIVE_INFINITY;
        }
        if (s < 1 || Double.isNaN(s) || Double.isNaN(q) || q <= 0 && s != Math.floor(s) || q < -MOST) {
            return Double.NaN;
        }
        double y = 0;
        double at = q;
        for (; at < 10; at++) {
            y += Math.pow(at, -s);
        }
        double power = Math.pow(at, -s);
        y += power * at / (s - 1) + 0.5 * power;
        double factor = s;
        power /= at;
        double factorial = 2;
        for (int j = 1; j <= BERNOULLI.length; j++) {
            y += BERNOULLI[j - 1] * factor * power / factorial;
            factor *= (s + 2 * j - 1) * (s + 2 * j);
            factorial *= (2 * j + 1) * (2 * j + 2);
            power /= at * at;
        }
        return y;
    }

    /** The nth derivative of digamma. */
    static double polygamma(double n, double x) {
        if (n < 0 || n != Math.floor(n)) {
            return Double.NaN;
        }
        double sign = n % 2 == 0 ? -1 : 1;
        return n == 0 ? digamma(x) : sign * Math.exp(log(n + 1)) * zeta(n + 1, x);
    }

    /** {@code γ(a, x)/Γ(a)}. */
    static double lower(double a, double x) {
        if (!(a > 0) || !(x >= 0)) {
            return Double.NaN;
        }
        return x == 0 ? 0 : Double.isInfinite(x) ? 1 : x > a + 1 ? 1 - fraction(a, x) : series(a, x);
    }

    /** {@code Γ(a, x)/Γ(a)}. */
    static double upper(double a, double x) {
        if (!(a > 0) || !(x >= 0)) {
            return Double.NaN;
        }
        return x == 0 ? 1 : Double.isInfinite(x) ? 0 : x > a + 1 ? fraction(a, x) : 1 - series(a, x);
    }

    private static double series(double a, double x) {
        double term = 1 / a;
        double sum = term;
        for (int n = 1; n < MOST && term > sum * 1e-17; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return sum * Math.exp(a * Math.log(x) - x - log(a));
    }

    private static double fraction(double a, double x) {
        double b = x + 1 - a;
        double c = 1e300;
        double d = 1 / b;
        double h = d;
        for (int i = 1; i < MOST; i++) {
            double an = -i * (i - a);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-16) {
                break;
            }
        }
        return h * Math.exp(a * Math.log(x) - x - log(a));
    }

    /** The derivative of {@link #lower} by a. */
    static double lowerByShape(double a, double x) {
        if (!(a > 0) || !(x >= 0)) {
            return Double.NaN;
        }
        double term = Math.exp(a * Math.log(x) - x - log(a + 1));
        double sum = 0;
        for (int n = 0; n < MOST && (n < x + 10 || Math.abs(term) > 1e-18); n++) {
            sum += x == 0 ? 0 : term * (Math.log(x) - digamma(a + n + 1));
            term *= x / (a + n + 1);
        }
        return sum;
    }

    /** {@code B(x; a, b)/B(a, b)}. */
    static double beta(double a, double b, double x) {
        if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) {
            return Double.NaN;
        }
        if (x == 0 || x == 1) {
            return x;
        }
        return x > (a + 1) / (a + b + 2) ? 1 - betaFraction(b, a, 1 - x) : betaFraction(a, b, x);
    }

    private static double betaFraction(double a, double b, double x) {
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
        double h = d;
        for (int m = 1; m < MOST; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-16) {
                break;
            }
        }
        double front = a * Math.log(x) + b * Math.log1p(-x) - (log(a) + log(b) - log(a + b));
        return h * Math.exp(front) / a;
    }

    private static double nonZero(double x) {
        return Math.abs(x) < 1e-300 ? 1e-300 : x;
    }
}
