package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(180)
class ElementwiseTest {
    /** Combinations with a last step that cancels: the error is relative to the terms, not to the result. */
    private static final Set<Unary> CANCELLING = EnumSet.of(Unary.AFFINE, Unary.HARD_SIGMOID, Unary.HARD_SILU);

    static Stream<Arguments> unaries() {
        return Laws.PROVIDERS.stream().flatMap(simd -> Stream.of(Unary.values()).map(f -> Arguments.of(simd, f)));
    }

    private static double ulps(Unary f) {
        switch (f) {
            case ERFC:
            case GELU_ERF:
            case GELU_TANH:
            case MISH:
            case SILU:
                return 6;
            case SELU:
            case ELU:
            case SOFTPLUS:
            case LOG1P:
                return 4;
            default:
                return 2;
        }
    }

    /** All floats between −∞ and ∞ in steps that hit every exponent, and the special values. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("unaries")
    void unaryIsNearTheTrueValue(Simd simd, Unary f) {
        int n = 1 << 20;
        float[] x = new float[n];
        float[] special = {
            0f,
            -0f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            1f,
            -1f,
            88.72f,
            88.73f,
            -87.4f,
            -103.9f,
            -104.1f,
            0.5f,
            1.5f,
            2.5f,
            -0.5f,
            10.1f,
            -10.1f,
            0.9f,
            0.625f
        };
        for (int i = 0; i < n; i++) {
            // Half of them everywhere, half where functions bend.
            x[i] = i < special.length
                    ? special[i]
                    : i % 2 == 0 ? Float.intBitsToFloat((int) (i * 4096L - (1L << 31))) : (i - n / 2) * (24f / n);
        }
        float alpha = f == Unary.SILU ? 1 : 0.3f;
        float beta = 0.7f;
        float[] y = Laws.everywhere(
                simd.name() + " " + f,
                n,
                (workers, scratch, out) -> Elementwise.unary(workers, scratch, simd, f, alpha, beta, x, 0, out, 0, n));
        double[] expected = new double[n];
        double[] bound = new double[n];
        for (int i = 0; i < n; i++) {
            expected[i] = Naive.unary(f, alpha, beta, x[i]);
            bound[i] = ulps(f) * Math.ulp((float) expected[i]);
            if (CANCELLING.contains(f)) {
                bound[i] +=
                        2 * Laws.EPS * (Math.abs(alpha * x[i]) + beta) * (f == Unary.HARD_SILU ? Math.abs(x[i]) : 1);
            }
            if (f == Unary.ERFC || f == Unary.GELU_ERF || f == Unary.GELU_TANH) {
                // The argument of the exponential inside is rounded: x² · eps, or for tanh x³ · eps.
                double inner =
                        f == Unary.GELU_TANH ? 2 * Math.abs(x[i]) + 0.1 * Math.abs(Math.pow(x[i], 3)) : x[i] * x[i];
                bound[i] += expected[i] == 0 ? 0 : 4 * Laws.EPS * inner * Math.abs(expected[i]);
            }
            if (f == Unary.SILU || f == Unary.MISH || f == Unary.GELU_TANH || f == Unary.GELU_ERF) {
                bound[i] += Math.min(200, Math.abs(x[i])) * 2 * Float.MIN_VALUE; // x times a denormal number
            }
            if (f == Unary.CLIP && Float.isNaN(x[i])) {
                expected[i] = Double.NaN;
            }
        }
        Laws.close(simd.name() + " " + f, expected, bound, y);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("unaries")
    void aValueDoesNotDependOnItsPlace(Simd simd, Unary f) {
        float[] x = Laws.random(7, 200);
        float[] whole = new float[200];
        simd.unary(f, 0.3f, 0.7f, x, 0, whole, 0, 200);
        for (int n : new int[] {0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 100}) {
            for (int at : new int[] {0, 1, 13, 50}) {
                float[] y = new float[n + 2];
                simd.unary(f, 0.3f, 0.7f, x, at, y, 1, n);
                float[] inPlace = Arrays.copyOf(x, 200);
                simd.unary(f, 0.3f, 0.7f, inPlace, at, inPlace, at, n);
                for (int i = 0; i < n; i++) {
                    if (Float.compare(y[1 + i], whole[at + i]) != 0
                            || Float.compare(inPlace[at + i], whole[at + i]) != 0) {
                        throw new AssertionError(
                                simd.name() + " " + f + " of " + n + " at " + at + ": element " + i + " is " + y[1 + i]
                                        + " and in place " + inPlace[at + i] + " but in the whole " + whole[at + i]);
                    }
                }
                if (y[0] != 0 || y[n + 1] != 0) {
                    throw new AssertionError(simd.name() + " " + f + ": wrote outside of " + n);
                }
            }
        }
    }

    static Stream<Arguments> binaries() {
        int[][][] shapes = {
            {{}, {}},
            {{5}, {5}},
            {{0}, {1}},
            {{7}, {}},
            {{}, {33}},
            {{1}, {1, 1}},
            {{4, 19}, {19}},
            {{19}, {4, 19}},
            {{4, 19}, {4, 1}},
            {{4, 1}, {1, 19}},
            {{3, 5, 7}, {3, 1, 7}},
            {{2, 3, 4, 5}, {3, 1, 5}},
            {{2, 1, 4, 1, 6}, {3, 1, 5, 6}},
            {{100, 130}, {100, 130}},
            {{10, 10, 64}, {64}},
            {{5, 1}, {1, 5, 1}},
            {{3, 0}, {1}},
            {{1, 9000}, {3, 1}}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(Binary.values())
                        .flatMap(f -> Stream.of(shapes).map(s -> Arguments.of(simd, f, s[0], s[1]))));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("binaries")
    void binaryBroadcasts(Simd simd, Binary f, int[] a, int[] b) {
        String what = simd.name() + " " + f + " " + Arrays.toString(a) + " " + Arrays.toString(b);
        int rank = Math.max(a.length, b.length);
        int[] y = new int[rank];
        int size = 1;
        for (int d = 0; d < rank; d++) {
            int p = d < rank - a.length ? 1 : a[d - rank + a.length];
            int q = d < rank - b.length ? 1 : b[d - rank + b.length];
            y[d] = p == 1 ? q : p;
            size *= y[d];
        }
        float[] left = Laws.random(1, 3 + product(a));
        float[] right = Laws.random(2, 4 + product(b));
        for (int i = 4; i < right.length; i += 7) {
            right[i] = 0;
        }
        if (f == Binary.POW || f == Binary.XLOGY) {
            for (float[] x : new float[][] {left, right}) {
                for (int i = 0; i < x.length; i++) {
                    x[i] = Math.abs(x[i]);
                }
            }
        }
        Elementwise op = new Elementwise(simd, f, y, steps(y, a), steps(y, b));
        float[] actual = Laws.everywhere(
                what, size, (workers, scratch, out) -> op.run(workers, scratch, left, 3, right, 4, out, 0));
        double[] expected = new double[size];
        for (int i = 0; i < size; i++) {
            expected[i] = Naive.binary(f, left[3 + at(y, a, i)], right[4 + at(y, b, i)]);
        }
        boolean sumOfTwo = f == Binary.SQUARED_DIFFERENCE || f == Binary.FLOOR_MOD;
        Laws.close(what, expected, sumOfTwo ? Laws.ulps(expected, 4) : Laws.ulps(expected, 1), actual);
    }

    private static int product(int[] dims) {
        int n = 1;
        for (int d : dims) {
            n *= d;
        }
        return n;
    }

    /** How far a step along each axis of y moves in an operand of shape a. */
    private static int[] steps(int[] y, int[] a) {
        int[] steps = new int[y.length];
        int stride = 1;
        for (int d = 1; d <= a.length; d++) {
            steps[y.length - d] = a[a.length - d] == 1 ? 0 : stride;
            stride *= a[a.length - d];
        }
        return steps;
    }

    /** Where element i of a result of shape y is in an operand of shape a. */
    private static int at(int[] y, int[] a, int i) {
        int at = 0;
        int stride = 1;
        for (int d = 1; d <= a.length; d++) {
            int index = i % y[y.length - d];
            i /= y[y.length - d];
            at += a[a.length - d] == 1 ? 0 : index * stride;
            stride *= a[a.length - d];
        }
        return at;
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("unaries")
    void scaleShiftIsPerChannel(Simd simd, Unary f) {
        int channels = 1 + 3 * f.ordinal();
        int rows = 37;
        float[] x = Laws.random(1, 2 + rows * channels);
        float[] scale = Laws.random(2, channels);
        float[] shift = Laws.random(3, channels);
        float[] y = Laws.everywhere(
                "scale",
                rows * channels,
                (workers, scratch, out) ->
                        Rows.scaleShift(workers, scratch, simd, scale, shift, x, 2, out, 0, rows, channels));
        double[] expected = new double[rows * channels];
        double[] bound = new double[rows * channels];
        for (int i = 0; i < expected.length; i++) {
            double v = (double) x[2 + i] * scale[i % channels];
            expected[i] = v + shift[i % channels];
            bound[i] = 2 * Laws.EPS * (Math.abs(v) + Math.abs(shift[i % channels]));
        }
        Laws.close("scale", expected, bound, y);
    }
}
