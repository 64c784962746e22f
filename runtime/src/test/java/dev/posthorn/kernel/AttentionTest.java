package dev.posthorn.kernel;

import dev.posthorn.kernel.Attention.Mask;
import dev.posthorn.kernel.Attention.Sizes;
import dev.posthorn.kernel.simd.Simd;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused attention is its definition, on any number of threads. */
class AttentionTest {
    static Stream<Arguments> rows() {
        int[][] sizes = {
            {1, 1, 1, 1, 1, 1},
            {2, 5, 7, 3, 4, 6},
            {1, 70, 33, 2, 32, 32},
            {3, 33, 300, 1, 17, 5},
            {2, 37, 48, 2, 8, 16}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of("none", "select", "add", "row")
                        .flatMap(mask -> Stream.of(sizes).map(z -> Arguments.of(simd, mask, z))));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("rows")
    void equalsTheDefinition(Simd simd, String kind, int[] d) {
        Sizes z = new Sizes(d[0], d[1], d[2], d[3], d[4], d[5]);
        float[] q = Laws.random(1, 3 + z.b() * z.t() * z.h() * z.n());
        float[] k = Laws.random(2, 1 + z.b() * z.s() * z.h() * z.n());
        float[] v = Laws.random(3, 2 + z.b() * z.s() * z.h() * z.m());
        int[] steps = kind.equals("row") ? new int[] {0, 0, 1, 0} : new int[] {z.t() * z.s(), 0, z.s(), 1};
        float[] added = Laws.random(4, 1 + z.b() * z.t() * z.s());
        byte[] kept = new byte[added.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = (byte) (i / z.s() % 5 == 3 || added[i] > 0.3 ? 0 : 1); // rows that may attend to nothing, too
        }
        boolean selects = kind.equals("select");
        Mask mask = kind.equals("none") ? null : new Mask(selects, -1e30f, steps);
        Attention kernel = new Attention(simd, z, 0.3f, mask);
        int size = z.b() * z.t() * z.h() * z.m();
        float[] actual = Laws.everywhere(
                kind,
                size,
                (workers, scratch, y) ->
                        kernel.run(workers, scratch, q, 3, k, 1, v, 2, selects ? kept : added, 1, y, 0));
        double[] expected = new double[size];
        double[] magnitude = new double[size];
        double[] w = new double[z.s()];
        for (int row = 0; row < z.b() * z.t() * z.h(); row++) {
            int b = row / (z.t() * z.h());
            int t = row / z.h() % z.t();
            int h = row % z.h();
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < z.s(); j++) {
                double dot = 0;
                for (int i = 0; i < z.n(); i++) {
                    dot += (double) q[3 + row * z.n() + i] * k[1 + ((b * z.s() + j) * z.h() + h) * z.n() + i];
                }
                int at = 1 + b * steps[0] + t * steps[2] + j * steps[3];
                w[j] = dot * 0.3 + (mask == null || selects ? 0 : added[at]);
                w[j] = selects && kept[at] == 0 ? -1e30 : w[j];
                max = Math.max(max, w[j]);
            }
            double sum = 0;
            for (int j = 0; j < z.s(); j++) {
                w[j] = Math.exp(w[j] - max);
                sum += w[j];
            }
            for (int i = 0; i < z.m(); i++) {
                for (int j = 0; j < z.s(); j++) {
                    double term = w[j] / sum * v[2 + ((b * z.s() + j) * z.h() + h) * z.m() + i];
                    expected[row * z.m() + i] += term;
                    magnitude[row * z.m() + i] += Math.abs(term);
                }
            }
        }
        for (int i = 0; i < size; i++) {
            magnitude[i] = magnitude[i] * 200 * Laws.EPS + 1e-12;
        }
        Laws.close(kind, expected, magnitude, actual);
    }
}
