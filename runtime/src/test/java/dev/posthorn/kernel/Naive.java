package dev.posthorn.kernel;

/** One element's value in double, by definition; series and java.lang.Math only. */
final class Naive {
    private Naive() {}

    static double unary(Unary f, double alpha, double beta, double x) {
        switch (f) {
            case NONE:
                return x;
            case RELU:
                return Double.isNaN(x) ? x : Math.max(x, 0);
            case RELU6:
                return Math.min(Math.max(x, 0), 6);
            case CLIP:
                return Math.min(Math.max(x, alpha), beta);
            case LEAKY_RELU:
                return x >= 0 ? x : alpha * x;
            case THRESHOLDED_RELU:
                return x > alpha || Double.isNaN(x) ? x : 0;
            case AFFINE:
                return alpha * x + beta;
            case HARD_SIGMOID:
                return Math.min(Math.max(alpha * x + beta, 0), 1);
            case HARD_SILU:
                return x * Math.min(Math.max(alpha * x + beta, 0), 1);
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
                return Math.sqrt(x);
            case RSQRT:
                return 1 / Math.sqrt(x);
            case EXP:
                return Math.exp(x);
            case EXPM1:
                return Math.expm1(x);
            case LOG:
                return Math.log(x);
            case LOG1P:
                return Math.log1p(x);
            case TANH:
                return Math.tanh(x);
            case SIGMOID:
                return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
            case SILU:
                return x * unary(Unary.SIGMOID, 0, 0, alpha * x);
            case SOFTPLUS:
                return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
            case MISH:
                return x * Math.tanh(unary(Unary.SOFTPLUS, 0, 0, x));
            case ELU:
                return x > 0 ? x : alpha * Math.expm1(x);
            case SELU:
                return beta * (x > 0 ? x : alpha * Math.expm1(x));
            case ERF:
                return Math.abs(x) < 2 ? erfSeries(x) : Math.signum(x) * (1 - erfcFraction(Math.abs(x)));
            case ERFC:
                return x < 2 ? x > -2 ? 1 - erfSeries(x) : 2 - erfcFraction(-x) : erfcFraction(x);
            case GELU_ERF:
                return 0.5 * x * unary(Unary.ERFC, 0, 0, -x * Math.sqrt(0.5));
            case GELU_TANH:
                return x * unary(Unary.SIGMOID, 0, 0, 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
            case FLOOR:
                return Math.floor(x);
            case CEIL:
                return Math.ceil(x);
            case ROUND:
                return Math.rint(x);
            case SIGN:
                return Math.signum(x);
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
                double a = Math.abs(x);
                return Math.copySign(a < 1e-3 ? a - a * a * a / 6 : Math.log(a + Math.sqrt(a * a + 1)), x);
            case ACOSH:
                return x < 1 ? Double.NaN : Math.log(x + Math.sqrt(x * x - 1));
            case ATANH:
                return 0.5 * Math.log1p(2 * x / (1 - x));
            default:
                throw new AssertionError(f);
        }
    }

    /** erf x = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n!(2n + 1)), for small x. */
    private static double erfSeries(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 60; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /** erfc x by its continued fraction, for x ≥ 2. */
    private static double erfcFraction(double x) {
        if (x > 30) {
            return 0;
        }
        double f = x;
        for (int n = 120; n > 0; n--) {
            f = x + n / 2.0 / f;
        }
        return Math.exp(-x * x) / f / Math.sqrt(Math.PI);
    }

    static double binary(Binary f, double a, double b) {
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
                return Math.pow(a, b);
            case FLOOR_DIV:
                return Math.floor((float) (a / b));
            case FLOOR_MOD:
                double rest = a % b;
                return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
            case TRUNCATE_MOD:
                return a % b;
            case ATAN2:
                return Math.atan2(a, b);
            case XLOGY:
                return a == 0 ? 0 : a * Math.log(b);
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
