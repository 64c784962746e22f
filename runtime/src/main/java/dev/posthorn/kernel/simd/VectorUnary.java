package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.all;
import static dev.posthorn.kernel.simd.VectorLanes.load;

import dev.posthorn.kernel.Unary;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y[i] = f(x[i]) for n a multiple of L. Simple functions are one loop; those with exponentials or logarithms run loops of
 * {@link VectorExp} and {@link VectorMath} one after the other over blocks that stay in cache.
 */
final class VectorUnary {
    /** Elements of a block, and four times that many in the thread's temporary array. */
    private static final int BLOCK = 512;

    private static final float[] ONES = new float[BLOCK];
    private static final ThreadLocal<float[]> TEMPORARY = ThreadLocal.withInitial(() -> new float[4 * BLOCK]);
    /** Functions of several loops; null where f is none. */
    private static final Loops[] LOOPS = new Loops[Unary.values().length];

    private static final boolean[] HAS = new boolean[Unary.values().length];

    static {
        Arrays.fill(ONES, 1);
        for (Unary f : Unary.values()) {
            LOOPS[f.ordinal()] = loops(f);
            HAS[f.ordinal()] = run(f, 0, 0, new float[L], 0, new float[L], 0, L);
        }
    }

    /** y[yo + i] = f(x[xo + i]) for n up to a block. */
    @FunctionalInterface
    private interface Loops {
        void run(float alpha, float beta, float[] t, float[] x, int xo, float[] y, int yo, int n);
    }

    private VectorUnary() {}

    /** Whether f has a vector form. */
    static boolean has(Unary f) {
        return HAS[f.ordinal()];
    }

    /** Runs f over whole vectors; false where it has no vector form. */
    static boolean run(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        switch (f) {
            case RELU6:
                clip(0f, 6f, x, xo, y, yo, n);
                return true;
            case RELU:
                relu(x, xo, y, yo, n);
                return true;
            case CLIP:
                clip(alpha, beta, x, xo, y, yo, n);
                return true;
            case LEAKY_RELU:
                leakyRelu(alpha, x, xo, y, yo, n);
                return true;
            case THRESHOLDED_RELU:
                thresholdedRelu(alpha, x, xo, y, yo, n);
                return true;
            case HARD_SIGMOID:
                hardSigmoid(alpha, beta, x, xo, y, yo, n);
                return true;
            case HARD_SILU:
                hardSilu(alpha, beta, x, xo, y, yo, n);
                return true;
            case SOFTSIGN:
                softsign(x, xo, y, yo, n);
                return true;
            case ABS:
                abs(x, xo, y, yo, n);
                return true;
            case FLUSH:
                flush(x, xo, y, yo, n);
                return true;
            case NEG:
                neg(x, xo, y, yo, n);
                return true;
            case SQUARE:
                square(x, xo, y, yo, n);
                return true;
            case RECIPROCAL:
                reciprocal(x, xo, y, yo, n);
                return true;
            case SQRT:
                sqrt(x, xo, y, yo, n);
                return true;
            case RSQRT:
                rsqrt(x, xo, y, yo, n);
                return true;
            case AFFINE:
                VectorMath.affine(alpha, beta, x, xo, y, yo, n);
                return true;
            case EXP:
                VectorExp.exp(0, x, xo, y, yo, n);
                return true;
            case EXPM1:
                VectorExp.expm1(x, xo, y, yo, n);
                return true;
            default:
                Loops loops = LOOPS[f.ordinal()];
                if (loops == null) {
                    return false;
                }
                float[] t = TEMPORARY.get();
                for (int i = 0; i < n; i += BLOCK) {
                    loops.run(alpha, beta, t, x, xo + i, y, yo + i, Math.min(BLOCK, n - i));
                }
                return true;
        }
    }

    /**
     * The loops of f, each function's its own: called through an interface, C2 compiles those of one or two functions at a time.
     * Inlined into one method that knows all functions, they are so many nodes that it stops inlining and boxes vectors.
     */
    private static Loops loops(Unary f) {
        return switch (f) {
            case TANH ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    VectorExp.expAbs(2, x, xo, t, 0, n);
                    VectorMath.tanh(t, 0, x, xo, y, yo, n);
                };
            case SIGMOID ->
                (alpha, beta, t, x, xo, y, yo, n) -> VectorExp.logistic(1, x, xo, ONES, 0, t, 0, BLOCK, y, yo, n);
            case SILU ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    if (alpha == 1) {
                        VectorExp.gate(x, xo, x, xo, y, yo, n);
                    } else {
                        VectorExp.logistic(alpha, x, xo, x, xo, t, 0, BLOCK, y, yo, n);
                    }
                };
            case GELU_TANH ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    VectorMath.geluCubic(x, xo, t, 0, n);
                    VectorExp.gate(t, 0, x, xo, y, yo, n);
                };
            case LOG -> (alpha, beta, t, x, xo, y, yo, n) -> VectorMath.log(x, xo, t, 0, BLOCK, y, yo, n);
            case LOG1P -> (alpha, beta, t, x, xo, y, yo, n) -> log1p(t, x, xo, y, yo, n);
            case SOFTPLUS ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    VectorExp.expAbs(-1, x, xo, t, BLOCK, n);
                    log1p(t, t, BLOCK, t, BLOCK, n);
                    VectorMath.positivePlus(t, BLOCK, x, xo, y, yo, n);
                };
            case MISH ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    VectorExp.exp(0, x, xo, t, 0, n);
                    VectorMath.mish(t, 0, x, xo, y, yo, n);
                };
            case ELU -> (alpha, beta, t, x, xo, y, yo, n) -> elu(alpha, 1, t, x, xo, y, yo, n);
            case SELU -> VectorUnary::elu;
            case GELU_ERF -> (alpha, beta, t, x, xo, y, yo, n) -> VectorGelu.gelu(x, xo, t, 0, y, yo, n);
            case ERF ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    VectorExp.expSquare(1, x, xo, t, BLOCK, t, 0, n);
                    VectorMath.erfcAbs(1, t, 0, t, BLOCK, x, xo, t, 0, n);
                    VectorMath.erf(t, 0, x, xo, y, yo, n);
                };
            case ERFC ->
                (alpha, beta, t, x, xo, y, yo, n) -> {
                    VectorExp.expSquare(1, x, xo, t, BLOCK, t, 0, n);
                    VectorMath.erfcAbs(1, t, 0, t, BLOCK, x, xo, t, 0, n);
                    VectorMath.erf(t, 0, x, xo, t, BLOCK, n);
                    VectorMath.erfc(t, 0, t, BLOCK, x, xo, y, yo, n);
                };
            default -> null;
        };
    }

    private static void elu(float alpha, float beta, float[] t, float[] x, int xo, float[] y, int yo, int n) {
        VectorExp.expm1(x, xo, t, 0, n);
        VectorMath.elu(alpha, beta, t, 0, x, xo, y, yo, n);
    }

    /** t[0 … n) and its second half are overwritten; x and y may lie in t between them. */
    private static void log1p(float[] t, float[] x, int xo, float[] y, int yo, int n) {
        VectorMath.affine(1, 1, x, xo, t, 0, n);
        VectorMath.log(t, 0, t, 2 * BLOCK, BLOCK, t, 0, n);
        VectorMath.log1p(t, 0, x, xo, y, yo, n);
    }

    /** min(max(x, low), high); NaN stays. */
    private static FloatVector clip(FloatVector x, float low, float high) {
        FloatVector v = x.blend(low, x.compare(VectorOperators.LT, low));
        return v.blend(high, v.compare(VectorOperators.GT, high));
    }

    private static void relu(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoArray(y, yo + i);
        }
    }

    private static void clip(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            clip(v, alpha, beta).intoArray(y, yo + i);
        }
    }

    private static void leakyRelu(float alpha, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.blend(v.mul(alpha), v.compare(VectorOperators.LT, 0f)).intoArray(y, yo + i);
        }
    }

    private static void thresholdedRelu(float alpha, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.blend(0f, v.compare(VectorOperators.LE, alpha)).intoArray(y, yo + i);
        }
    }

    private static void hardSigmoid(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            clip(v.fma(all(alpha), all(beta)), 0f, 1f).intoArray(y, yo + i);
        }
    }

    private static void hardSilu(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            clip(v.fma(all(alpha), all(beta)), 0f, 1f).mul(v).intoArray(y, yo + i);
        }
    }

    private static void softsign(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.div(v.abs().add(1f)).intoArray(y, yo + i);
        }
    }

    private static void abs(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.abs().intoArray(y, yo + i);
        }
    }

    private static void flush(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.blend(0f, v.abs().compare(VectorOperators.LT, Float.MIN_NORMAL)).intoArray(y, yo + i);
        }
    }

    private static void neg(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.neg().intoArray(y, yo + i);
        }
    }

    private static void square(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.mul(v).intoArray(y, yo + i);
        }
    }

    private static void reciprocal(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            all(1f).div(v).intoArray(y, yo + i);
        }
    }

    private static void sqrt(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            v.sqrt().intoArray(y, yo + i);
        }
    }

    private static void rsqrt(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = load(x, xo + i);
            all(1f).div(v.sqrt()).intoArray(y, yo + i);
        }
    }
}
