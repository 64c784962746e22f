package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class ScaledPointwiseTest {
    static Stream<Arguments> shapes() {
        int[][] shapes = {
            {1, 49, 33, 24}, {2, 200, 40, 16}, {3, 130, 17, 7}, {1, 1, 1, 1}, {2, 97, 64, 112}, {0, 4, 3, 2}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(shapes).map(s -> Arguments.of(simd, s[0], s[1], s[2], s[3])));
    }

    @ParameterizedTest(name = "{0} {1}x{2}x{3} to {4}")
    @MethodSource("shapes")
    void equalsTheDefinition(Simd simd, int batch, int pixels, int cin, int cout) {
        String what = simd.name() + " " + batch + "x" + pixels + "x" + cin + " to " + cout;
        float[] x = Laws.random(1, 3 + batch * pixels * cin);
        float[] s = Laws.random(2, 1 + batch * cin);
        float[] w = Laws.random(3, cin * cout);
        float[] bias = Laws.random(4, cout);
        float[] residual = Laws.random(5, 2 + batch * pixels * cout);
        ScaledPointwise kernel = new ScaledPointwise(simd, pixels, cin, cout, w, Epilogue.of(bias, Unary.NONE));
        float[] part = new float[5 + kernel.room()];
        float[] actual = Laws.everywhere(
                what,
                batch * pixels * cout,
                (workers, scratch, y) -> kernel.run(workers, scratch, batch, x, 3, s, 1, part, 5, y, 0, residual, 2));
        double[] expected = new double[actual.length];
        double[] bound = new double[actual.length];
        for (int i = 0; i < batch * pixels; i++) {
            for (int o = 0; o < cout; o++) {
                double sum = bias[o] + residual[2 + i * cout + o];
                double size = Math.abs(bias[o]) + Math.abs(residual[2 + i * cout + o]);
                for (int c = 0; c < cin; c++) {
                    double term = (double) x[3 + i * cin + c] * s[1 + i / pixels * cin + c] * w[c * cout + o];
                    sum += term;
                    size += Math.abs(term);
                }
                expected[i * cout + o] = sum;
                bound[i * cout + o] = (cin + 5) * Laws.EPS * size;
            }
        }
        Laws.close(what, expected, bound, actual);
    }
}
