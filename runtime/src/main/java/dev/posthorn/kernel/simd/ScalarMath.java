package dev.posthorn.kernel.simd;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Unary;

/** One element's value, computed in double where float would lose. */
final class ScalarMath {
    private static final double SQRT_2_PI = Math.sqrt(2 / Math.PI);

    private ScalarMath() {}

    static float unary(Unary f, float alpha, float beta, float x) {
        switch (f) {
            case NONE:
                return x;
            case RELU:
                return x < 0 ? 0 : x;
            case RELU6:
                return clip(x, 0, 6);
            case CLIP:
                return clip(x, alpha, beta);
            case LEAKY_RELU:
                return x < 0 ? alpha * x : x;
            case THRESHOLDED_RELU:
                return x <= alpha ? 0 : x;
            case AFFINE:
                return (float) ((double) alpha * x + beta);
            case HARD_SIGMOID:
                return clip((float) ((double) alpha * x + beta), 0, 1);
            case HARD_SILU:
                return x * clip((float) ((double) alpha * x + beta), 0, 1);
            case SOFTSIGN:
                return x / (1 + Math.abs(x));
            case ABS:
                return Math.abs(x);
            case FLUSH:
                return Math.abs(x) < Float.MIN_NORMAL ? 0 : x;
            case NEG:
                return -x;
            case SQUARE:
                return x * x;
            case RECIPROCAL:
                return 1 / x;
            case SQRT:
                return (float) Math.sqrt(x);
            case RSQRT:
                return 1 / (float) Math.sqrt(x);
            case FLOOR:
                return (float) Math.floor(x);
            case CEIL:
                return (float) Math.ceil(x);
            case ROUND:
                return (float) Math.rint(x);
            case SIGN:
                return Math.signum(x);
            default:
                return (float) transcendental(f, alpha, beta, x);
        }
    }

    private static float clip(float x, float low, float high) {
        float v = x < low ? low : x;
        return v > high ? high : v;
    }

    private static double transcendental(Unary f, double alpha, double beta, double x) {
        switch (f) {
            case EXP:
                return Math.exp(x);
            case EXPM1:
                return Math.expm1(x);
            case LOG:
                return Math.log(x);
            case LOG1P:
                return Math.log1p(x);
            case TANH:
                return tanh(x);
            case SIGMOID:
                return sigmoid(x);
            case SILU:
                return x * sigmoid(alpha * x);
            case SOFTPLUS:
                return softplus(x);
            case MISH:
                return x * tanh(softplus(x));
            case ELU:
                return x > 0 ? x : alpha * Math.expm1(x);
            case SELU:
                return beta * (x > 0 ? x : alpha * Math.expm1(x));
            case ERF:
                return erf(x);
            case ERFC:
                return erfc(x);
            case GELU_ERF:
                return 0.5 * x * erfc(-x * Math.sqrt(0.5));
            case GELU_TANH:
                return x * sigmoid(2 * SQRT_2_PI * (x + 0.044715 * x * x * x));
            case SIN:
                return Math.sin(x);
            case COS:
                return Math.cos(x);
            case TAN:
                return Math.tan(x);
            case ASIN:
                return Math.asin(x);
            case ACOS:
                return Math.acos(x);
            case ATAN:
                return Math.atan(x);
            case SINH:
                return Math.sinh(x);
            case COSH:
                return Math.cosh(x);
            case ASINH:
                double a = Math.abs(x); // for large ones log 2a: their square would overflow
                return Math.copySign(
                        a < 1e8 ? Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1))) : Math.log(a) + Math.log(2), x);
            case ACOSH:
                return Math.log(x + Math.sqrt(x - 1) * Math.sqrt(x + 1));
            case ATANH:
                return 0.5 * (Math.log1p(x) - Math.log1p(-x));
            default:
                throw new AssertionError(f);
        }
    }

    static double tanh(double x) {
        return Math.abs(x) < 1e-4 ? x - x * x * x / 3 : 1 - 2 / (Math.exp(2 * x) + 1);
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double erf(double x) {
        double a = Math.abs(x);
        if (!(a < 0.9)) {
            return Math.signum(x) * (1 - erfc(a));
        }
        double z = x * x;
        double term = x;
        double sum = x;
        for (int n = 1; n < 20; n++) { // Taylor: the 20th term is below 1e-20
            term *= -z / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /** 1 − erf x; below 1e-7 relative, from the fit that the vectors use. */
    private static double erfc(double x) {
        double a = Math.abs(x);
        double u = a > 30 ? 1 : (a - 2) / (a + 2);
        double p = ERFC[0];
        for (int i = 1; i < ERFC.length; i++) {
            p = p * u + ERFC[i];
        }
        double positive = a > 30 ? 0 : Math.exp(-a * a) * p / (1 + 2 * a);
        return Double.isNaN(x) ? x : x < 0 ? 2 - positive : positive;
    }

    private static final double[] ERFC = {
        -0x1.a2d9a8p-12,
        -0x1.41e99cp-10,
        0x1.58468cp-10,
        0x1.1aca7ap-7,
        -0x1.081d60p-7,
        -0x1.bc09c8p-5,
        0x1.4ffc4ap-3,
        -0x1.54084ep-3,
        -0x1.7bf616p-4,
        0x1.46e80ep+0
    };

    static float binary(Binary f, float a, float b) {
        switch (f) {
            case ADD:
                return a + b;
            case SUB:
                return a - b;
            case MUL:
                return a * b;
            case DIV:
                return a / b;
            case MAX:
                return Math.max(a, b);
            case MIN:
                return Math.min(a, b);
            case SQUARED_DIFFERENCE:
                return (a - b) * (a - b);
            case DIV_NO_NAN:
                return b == 0 ? 0 : a / b;
            case MUL_NO_NAN:
                return b == 0 ? 0 : a * b;
            case POW:
                return (float) Math.pow(a, b);
            case FLOOR_DIV:
                return (float) Math.floor(a / b);
            case FLOOR_MOD:
                float rest = a % b;
                return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
            case TRUNCATE_MOD:
                return a % b;
            case ATAN2:
                return (float) Math.atan2(a, b);
            case XLOGY:
                return a == 0 ? 0 : (float) (a * Math.log(b));
            case XDIVY:
                return a == 0 ? 0 : a / b;
            case PASS_RELU:
                return a > 0 ? b : 0;
            case PASS_RELU6:
                return a > 0 && a < 6 ? b : 0;
            default:
                throw new AssertionError(f);
        }
    }
}
