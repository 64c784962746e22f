package dev.posthorn.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class ReduceTest {
    static Stream<Arguments> shapes() {
        int[][] shapes = {
            {0, 3, 4},
            {3, 0, 4},
            {3, 4, 0},
            {2, 0, 1},
            {1, 1, 1},
            {5, 7, 1},
            {3, 16, 1},
            {2, 1000, 1},
            {1, 100003, 1},
            {4, 49, 1280},
            {7, 5, 3},
            {2, 1500, 17},
            {1, 5003, 17},
            {2, 3000, 33},
            {1, 40, 601},
            {300, 2, 2},
            {31, 3, 1}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(Reduce.Fn.values())
                        .flatMap(kind -> Stream.of(shapes).map(s -> Arguments.of(simd, kind, s[0], s[1], s[2]))));
    }

    @ParameterizedTest(name = "{0} {1} {2}x{3}x{4}")
    @MethodSource("shapes")
    void equalsTheDefinition(Simd simd, Reduce.Fn kind, int outer, int axis, int inner) {
        String what = simd.name() + " " + kind + " " + outer + "x" + axis + "x" + inner;
        float[] x = Laws.random(1, 3 + outer * axis * inner);
        float spread = kind == Reduce.Fn.PROD ? 0.5f / (1 + axis) : 1;
        for (int i = 0; i < x.length; i++) {
            x[i] = kind == Reduce.Fn.PROD ? 1 + spread * x[i] : x[i] + 0.25f;
        }
        float[] actual = Laws.everywhere(what, outer * inner, (workers, scratch, y) -> {
            Reduce reduce = new Reduce(simd, kind, outer, axis, inner);
            reduce.run(workers, scratch, x, 3, y, 0, new float[reduce.room() + 2], 2);
        });
        double[] expected = new double[outer * inner];
        double[] bound = new double[outer * inner];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double[] values = new double[axis];
                double size = 0;
                for (int a = 0; a < axis; a++) {
                    values[a] = x[3 + (o * axis + a) * inner + i];
                    size += Math.abs(values[a]);
                }
                expected[o * inner + i] = reduce(kind, values);
                // Pairwise over leaves of 512 that are added straight: never as bad as √512 roundings.
                bound[o * inner + i] = switch (kind) {
                    case SUM -> 24 * Laws.EPS * size;
                    case MEAN -> 24 * Laws.EPS * size / axis;
                    case PROD -> 2 * (1 + Math.sqrt(axis)) * Laws.EPS * Math.abs(expected[o * inner + i]);
                    default -> 0;
                };
            }
        }
        Laws.close(what, expected, bound, actual);
    }

    private static double reduce(Reduce.Fn kind, double[] v) {
        return switch (kind) {
            case SUM -> Arrays.stream(v).sum();
            case MEAN -> Arrays.stream(v).sum() / v.length;
            case MAX -> Arrays.stream(v).max().orElse(Double.NEGATIVE_INFINITY);
            case MIN -> Arrays.stream(v).min().orElse(Double.POSITIVE_INFINITY);
            case PROD -> Arrays.stream(v).reduce(1, (a, b) -> a * b);
        };
    }

    static Stream<Arguments> rows() {
        int[][] shapes = {{0, 5}, {5, 0}, {1, 1}, {3, 7}, {7, 16}, {2, 33}, {13, 100}, {1, 5000}, {128, 128}, {3, 1001}
        };
        return Laws.PROVIDERS.stream().flatMap(simd -> Stream.of(shapes).map(s -> Arguments.of(simd, s[0], s[1])));
    }

    @ParameterizedTest(name = "{0} {1}x{2}")
    @MethodSource("rows")
    void softmaxEqualsTheDefinition(Simd simd, int rows, int n) {
        String what = simd.name() + " " + rows + "x" + n;
        float[] x = Laws.random(1, 2 + rows * n);
        for (int i = 0; i < x.length; i++) {
            x[i] = 10 * x[i] + 1000;
        }
        float[] soft = Laws.everywhere(
                what, rows * n, (workers, scratch, y) -> Rows.softmax(workers, scratch, simd, x, 2, y, 0, rows, n));
        float[] log = Laws.everywhere(
                what, rows * n, (workers, scratch, y) -> Rows.logSoftmax(workers, scratch, simd, x, 2, y, 0, rows, n));
        double[] expected = new double[rows * n];
        double[] logs = new double[rows * n];
        double[] logBound = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                max = Math.max(max, x[2 + r * n + i]);
            }
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += Math.exp(x[2 + r * n + i] - max);
            }
            for (int i = 0; i < n; i++) {
                expected[r * n + i] = Math.exp(x[2 + r * n + i] - max) / sum;
                logs[r * n + i] = x[2 + r * n + i] - max - Math.log(sum);
                logBound[r * n + i] = 4 * Laws.EPS * (1 + Math.abs(logs[r * n + i]) + Math.log(sum));
            }
        }
        Laws.close(what, expected, Laws.ulps(expected, 8), soft);
        Laws.close(what + " log", logs, logBound, log);
        float[] inPlace = Arrays.copyOfRange(x, 2, x.length);
        Rows.softmax(Laws.POOLS.get(0), new Scratch(), simd, inPlace, 0, inPlace, 0, rows, n);
        assertArrayEquals(soft, inPlace, what);
    }

    @ParameterizedTest(name = "{0} {1}x{2}")
    @MethodSource("rows")
    void normsEqualTheDefinition(Simd simd, int rows, int n) {
        float[] gamma = Laws.random(2, n);
        float[] beta = Laws.random(3, n);
        float epsilon = 1e-3f;
        for (int parts = 0; parts < 4; parts++) {
            for (float shift : new float[] {0, 50}) {
                String what = simd.name() + " " + rows + "x" + n + " parts " + parts + " mean " + shift;
                float[] x = Laws.random(1, 2 + rows * n);
                for (int i = 0; i < x.length; i++) {
                    x[i] += shift;
                }
                float[] g = (parts & 1) == 0 ? null : gamma;
                float[] b = (parts & 2) == 0 ? null : beta;
                float[] layer = Laws.everywhere(
                        what,
                        rows * n,
                        (workers, scratch, y) ->
                                Rows.layerNorm(workers, scratch, simd, epsilon, g, b, x, 2, y, 0, rows, n));
                float[] root = Laws.everywhere(
                        what,
                        rows * n,
                        (workers, scratch, y) -> Rows.rmsNorm(workers, scratch, simd, epsilon, g, x, 2, y, 0, rows, n));
                double[] expected = new double[rows * n];
                double[] bound = new double[rows * n];
                double[] roots = new double[rows * n];
                for (int r = 0; r < rows; r++) {
                    double mean = 0;
                    double squares = 0;
                    for (int i = 0; i < n; i++) {
                        mean += x[2 + r * n + i] / (double) n;
                        squares += (double) x[2 + r * n + i] * x[2 + r * n + i] / n;
                    }
                    double variance = 0;
                    for (int i = 0; i < n; i++) {
                        variance += Math.pow(x[2 + r * n + i] - mean, 2) / n;
                    }
                    for (int i = 0; i < n; i++) {
                        double scale = (g == null ? 1 : g[i]) / Math.sqrt(variance + epsilon);
                        double offset = b == null ? 0 : b[i];
                        expected[r * n + i] = (x[2 + r * n + i] - mean) * scale + offset;
                        roots[r * n + i] = x[2 + r * n + i] / Math.sqrt(squares + epsilon) * (g == null ? 1 : g[i]);
                        // The mean is a rounded sum: an error of the size of the values, seen through the scale.
                        bound[r * n + i] = 8
                                * Laws.EPS
                                * ((Math.abs(x[2 + r * n + i] - mean) + Math.sqrt(squares)) * Math.abs(scale)
                                        + Math.abs(offset));
                    }
                }
                Laws.close(what, expected, bound, layer);
                Laws.close(what + " rms", roots, Laws.ulps(roots, 8), root);
            }
        }
    }
}
