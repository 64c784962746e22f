package dev.posthorn.ir.op;

import java.util.function.DoubleUnaryOperator;

/** Bessel functions of the second kind and Fresnel's integrals, in double. Source: Abramowitz and Stegun, chapters 7 and 9. */
final class Oscillations {
    private static final double EULER = 0.57721566490153286;

    /** Places and weights of Gauss's quadrature with 10 places on [−1, 1], of the positive half. */
    private static final double[] PLACES = {
        0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717
    };

    private static final double[] WEIGHTS = {
        0.2955242247147529, 0.2692667193099963, 0.2190863625159820, 0.1494513491505806, 0.0666713443086881
    };

    private Oscillations() {}

    /** {@code Y(x)} of order n = 0 or 1. */
    static double second(int n, double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        if (x < 4) {
            return n == 0 ? zeroth(x) : first(x);
        }
        if (x < 30) {
            double periods = integral(t -> Math.sin(x * Math.sin(t) - n * t), Math.PI, 8 + (int) x);
            double tail = integral(t -> (n == 0 ? 2 : Math.exp(t) - Math.exp(-t)) * Math.exp(-x * Math.sinh(t)), 4, 24);
            return (periods - tail) / Math.PI;
        }
        double term = 1;
        double p = 1;
        double q = 0;
        for (int k = 1; k < 24; k++) {
            term *= (4.0 * n * n - (2 * k - 1) * (2.0 * k - 1)) / (8 * x * k);
            boolean minus = k % 4 > 1;
            p += k % 2 == 0 ? minus ? -term : term : 0;
            q += k % 2 == 1 ? minus ? -term : term : 0;
        }
        double angle = x - n * Math.PI / 2 - Math.PI / 4;
        return Math.sqrt(2 / (Math.PI * x)) * (p * Math.sin(angle) + q * Math.cos(angle));
    }

    private static double zeroth(double x) {
        double square = -x * x / 4;
        double term = 1;
        double j = 1;
        double harmonic = 0;
        double sum = 0;
        for (int k = 1; k < 40; k++) {
            term *= square / ((double) k * k);
            j += term;
            harmonic += 1.0 / k;
            sum += harmonic * term;
        }
        return 2 / Math.PI * ((Math.log(x / 2) + EULER) * j - sum);
    }

    private static double first(double x) {
        double square = -x * x / 4;
        double term = x / 2;
        double j = term;
        double harmonic = 0;
        double sum = (1 - 2 * EULER) * term;
        for (int k = 1; k < 40; k++) {
            term *= square / ((double) k * (k + 1));
            j += term;
            harmonic += 1.0 / k;
            sum += (2 * harmonic + 1.0 / (k + 1) - 2 * EULER) * term;
        }
        return -2 / (Math.PI * x) + 2 / Math.PI * Math.log(x / 2) * j - sum / Math.PI;
    }

    private static double integral(DoubleUnaryOperator f, double end, int parts) {
        double half = end / parts / 2;
        double sum = 0;
        for (int i = 0; i < parts; i++) {
            double middle = (2 * i + 1) * half;
            for (int k = 0; k < PLACES.length; k++) {
                double off = half * PLACES[k];
                sum += WEIGHTS[k] * (f.applyAsDouble(middle - off) + f.applyAsDouble(middle + off));
            }
        }
        return sum * half;
    }

    /** {@code ∫ cos(πt²/2) dt} from 0 to x, or that of the sine. */
    static double fresnel(boolean sine, double x) {
        double size = Math.abs(x);
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            return Math.copySign(0.5, x) * (Double.isNaN(x) ? Double.NaN : 1);
        }
        return Math.copySign(size < 1.5 ? series(sine, size) : fraction(sine, size), x);
    }

    private static double series(boolean sine, double x) {
        double a = Math.PI / 2 * x * x;
        double term = sine ? a * x : x;
        double sum = sine ? term / 3 : term;
        for (int k = 1; k < 30; k++) {
            int m = sine ? 2 * k + 1 : 2 * k;
            term *= -a * a / ((double) m * (m - 1));
            sum += term / (2 * m + 1);
        }
        return sum;
    }

    /** By the continued fraction of the complementary error function of a complex number (Lentz). */
    private static double fraction(boolean sine, double x) {
        double im = -Math.PI * x * x;
        double re = 1;
        double cRe = 1e300;
        double cIm = 0;
        double size = re * re + im * im;
        double dRe = re / size;
        double dIm = -im / size;
        double hRe = dRe;
        double hIm = dIm;
        for (int k = 1; k < 2000; k += 2) {
            double a = -k * (k + 1.0);
            re += 4;
            double p = a * dRe + re;
            double q = a * dIm + im;
            size = p * p + q * q;
            dRe = p / size;
            dIm = -q / size;
            size = Math.abs(cRe) > 1e200 ? Double.POSITIVE_INFINITY : cRe * cRe + cIm * cIm;
            double r = re + a * cRe / size;
            cIm = im - a * cIm / size;
            cRe = r;
            double fRe = cRe * dRe - cIm * dIm;
            double fIm = cRe * dIm + cIm * dRe;
            double g = hRe * fRe - hIm * fIm;
            hIm = hRe * fIm + hIm * fRe;
            hRe = g;
            if (Math.abs(fRe - 1) + Math.abs(fIm) < 1e-16) {
                break;
            }
        }
        double u = x * (hRe + hIm); // (x − ix)·h
        double v = x * (hIm - hRe);
        double angle = Math.PI / 2 * x * x;
        double w = 1 - (Math.cos(angle) * u - Math.sin(angle) * v);
        double z = -(Math.cos(angle) * v + Math.sin(angle) * u);
        return sine ? 0.5 * (w + z) : 0.5 * (w - z); // (½ + ½i)·(w + iz)
    }
}
