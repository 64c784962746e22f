package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class GemmTest {
    static Stream<Arguments> shapes() {
        int[][] shapes = {
            {0, 3, 4},
            {3, 0, 4},
            {3, 4, 0},
            {1, 1, 1},
            {1, 1, 300},
            {1, 7, 5},
            {1, 128, 64},
            {1, 1000, 257},
            {1, 513, 1030},
            {2, 3, 5},
            {3, 17, 31},
            {4, 16, 8},
            {4, 32, 256},
            {5, 33, 257},
            {7, 48, 13},
            {8, 64, 512},
            {13, 1, 29},
            {49, 97, 101},
            {97, 31, 64},
            {101, 103, 107},
            {128, 128, 128},
            {193, 65, 300},
            {200, 10, 27},
            {6, 1024, 40},
            {31, 300, 521},
            {105, 24, 40},
            {107, 40, 300},
            {61, 16, 33},
            {100, 8, 12}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(shapes).map(s -> Arguments.of(simd, s[0], s[1], s[2])));
    }

    @ParameterizedTest(name = "{0} {1}x{2}x{3}")
    @MethodSource("shapes")
    void equalsTheDefinition(Simd simd, int m, int n, int k) {
        String what = simd.name() + " " + m + "x" + n + "x" + k;
        int lda = k + 3;
        int ldb = n + 2;
        float[] a = Laws.random(1, 5 + m * lda);
        float[] b = Laws.random(2, 7 + Math.max(k * ldb, n * lda));
        PackedB packed = PackedB.of(simd, k, n, b, 7, ldb);
        float[] plain = Laws.everywhere(
                what,
                m * n,
                (workers, scratch, y) ->
                        Gemm.run(workers, scratch, m, a, 5, lda, packed, y, 0, n, Epilogue.NONE, null, 0));
        check(what, m, n, k, a, 5, lda, b, 7, ldb, 1, plain);

        PackedB transposed = PackedB.ofTransposed(simd, k, n, b, 7, lda);
        float[] other = Laws.everywhere(
                what,
                m * n,
                (workers, scratch, y) ->
                        Gemm.run(workers, scratch, m, a, 5, lda, transposed, y, 0, n, Epilogue.NONE, null, 0));
        check(what + " transposed", m, n, k, a, 5, lda, b, 7, 1, lda, other);

        // Rows of the result further apart than n: what lies between stays.
        int ldc = n + 3;
        float[] wide = new float[m * ldc];
        Arrays.fill(wide, 9);
        Gemm.run(Laws.POOLS.get(1), new Scratch(), m, a, 5, lda, packed, wide, 0, ldc, Epilogue.NONE, null, 0);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < ldc; j++) {
                float expected = j < n ? plain[i * n + j] : 9;
                if (wide[i * ldc + j] != expected) {
                    throw new AssertionError(what + ": row " + i + " column " + j);
                }
            }
        }
        Laws.fromEightThreads(
                what,
                plain,
                (workers, scratch, y) ->
                        Gemm.run(workers, scratch, m, a, 5, lda, packed, y, 0, n, Epilogue.NONE, null, 0));
    }

    /** b[p, j] at bo + p·bRow + j·bCol. Bound: the error of a sum of k products with one rounding each, doubled. */
    private static void check(
            String what,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int lda,
            float[] b,
            int bo,
            int bRow,
            int bCol,
            float[] actual) {
        double[] expected = new double[m * n];
        double[] bound = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double size = 0;
                for (int p = 0; p < k; p++) {
                    double v = (double) a[ao + i * lda + p] * b[bo + p * bRow + j * bCol];
                    sum += v;
                    size += Math.abs(v);
                }
                expected[i * n + j] = sum;
                bound[i * n + j] = (2 + 2 * Math.sqrt(k)) * Laws.EPS * size;
            }
        }
        Laws.close(what, expected, bound, actual);
    }

    /** A row's result does not depend on the other rows. */
    @Test
    void oneRowEqualsTheSameRowOfMany() {
        for (Simd simd : Laws.PROVIDERS) {
            int m = 9;
            int n = 301;
            int k = 700;
            float[] a = Laws.random(1, m * k);
            PackedB b = PackedB.of(simd, k, n, Laws.random(2, k * n), 0, n);
            Epilogue e = Epilogue.of(Laws.random(3, n), Unary.TANH);
            float[] all = new float[m * n];
            Gemm.run(Laws.POOLS.get(0), new Scratch(), m, a, 0, k, b, all, 0, n, e, null, 0);
            float[] one = new float[m * n];
            for (int i = 0; i < m; i++) {
                Gemm.run(Laws.POOLS.get(0), new Scratch(), 1, a, i * k, k, b, one, i * n, n, e, null, 0);
            }
            org.junit.jupiter.api.Assertions.assertArrayEquals(all, one, simd.name());
        }
    }

    static Stream<Arguments> epilogues() {
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(
                                Unary.NONE,
                                Unary.RELU,
                                Unary.RELU6,
                                Unary.CLIP,
                                Unary.TANH,
                                Unary.GELU_ERF,
                                Unary.LEAKY_RELU,
                                Unary.SIN)
                        .map(act -> Arguments.of(simd, act)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("epilogues")
    void epilogueIsAppliedOnce(Simd simd, Unary act) {
        int[][] shapes = {{1, 5, 3}, {7, 3, 9}, {50, 33, 300}, {9, 100, 11}};
        for (int[] s : shapes) {
            for (int parts = 0; parts < 4; parts++) {
                int m = s[0];
                int n = s[1];
                int k = s[2];
                float[] a = Laws.random(1, m * k);
                float[] b = Laws.random(2, k * n);
                float[] bias = (parts & 1) == 0 ? null : Laws.random(3, n);
                float[] residual = (parts & 2) == 0 ? null : Laws.random(4, 1 + m * n);
                Epilogue e = new Epilogue(bias, 0, act, -0.75f, 0.5f);
                PackedB packed = PackedB.of(simd, k, n, b, 0, n);
                String what = simd.name() + " " + act + " " + Arrays.toString(s) + " parts " + parts;
                float[] actual = Laws.everywhere(
                        what,
                        m * n,
                        (workers, scratch, y) ->
                                Gemm.run(workers, scratch, m, a, 0, k, packed, y, 0, n, e, residual, 1));
                double[] expected = new double[m * n];
                double[] bound = new double[m * n];
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        double sum = (bias == null ? 0 : bias[j]) + (residual == null ? 0 : residual[1 + i * n + j]);
                        double size = 1 + Math.abs(sum);
                        for (int p = 0; p < k; p++) {
                            double v = (double) a[i * k + p] * b[p * n + j];
                            sum += v;
                            size += Math.abs(v);
                        }
                        expected[i * n + j] = Naive.unary(act, -0.75f, 0.5f, sum);
                        bound[i * n + j] = (4 + 2 * Math.sqrt(k)) * Laws.EPS * size;
                    }
                }
                Laws.close(what, expected, bound, actual);
            }
        }
    }

    static Stream<Arguments> batches() {
        int[][] shapes = {
            {1, 1, 1, 1},
            {3, 5, 7, 0},
            {0, 2, 2, 2},
            {2, 1, 40, 33},
            {4, 17, 33, 65},
            {1, 130, 70, 300},
            {6, 31, 128, 8},
            {2, 300, 3, 5}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(shapes).map(s -> Arguments.of(simd, s[0], s[1], s[2], s[3])));
    }

    @ParameterizedTest(name = "{0} {1} of {2}x{3}x{4}")
    @MethodSource("batches")
    void batchesEqualTheDefinition(Simd simd, int batch, int m, int n, int k) {
        for (int flags = 0; flags < 8; flags++) {
            boolean ta = (flags & 1) != 0;
            boolean tb = (flags & 2) != 0;
            boolean shared = (flags & 4) != 0;
            float[] x = Laws.random(1, 3 + batch * m * k);
            float[] w = Laws.random(2, 4 + (shared ? 1 : batch) * k * n);
            MatMul.Operand a = ta ? MatMul.Operand.dense(batch, k, m).transpose() : MatMul.Operand.dense(batch, m, k);
            MatMul.Operand b = tb ? MatMul.Operand.dense(batch, n, k).transpose() : MatMul.Operand.dense(batch, k, n);
            MatMul.Operand right = shared ? new MatMul.Operand(new int[batch], b.ld(), b.transposed()) : b;
            MatMul product = new MatMul(simd, m, n, k, a, right, MatMul.Operand.dense(batch, m, n));
            String what = simd.name() + " " + batch + " of " + m + "x" + n + "x" + k + " flags " + flags;
            MatMulCall call = new MatMulCall(product, x, w);
            float[] actual = Laws.everywhere(what, batch * m * n, call::run);
            for (int i = 0; i < batch; i++) {
                float[] left = new float[m * k];
                for (int r = 0; r < m; r++) {
                    for (int p = 0; p < k; p++) {
                        left[r * k + p] = x[3 + i * m * k + (ta ? p * m + r : r * k + p)];
                    }
                }
                check(
                        what,
                        m,
                        n,
                        k,
                        left,
                        0,
                        k,
                        w,
                        4 + (shared ? 0 : i * k * n),
                        tb ? 1 : n,
                        tb ? k : 1,
                        Arrays.copyOfRange(actual, i * m * n, (i + 1) * m * n));
            }
        }
    }

    private record MatMulCall(MatMul product, float[] x, float[] w) {
        void run(Workers workers, Scratch scratch, float[] y) {
            product.run(workers, scratch, x, 3, w, 4, y, 0, Epilogue.NONE, null, 0);
        }
    }
}
