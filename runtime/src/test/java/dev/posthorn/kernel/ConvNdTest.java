package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of convolutions over any grid: they are the definition, for both providers and any number of threads. */
class ConvNdTest {
    /** in, out, size, stride, dilation, low, spread. */
    static final List<Grid> GRIDS = List.of(
            grid(new int[][] {{7}, {5}, {3}, {1}, {1}, {0}, {1}}),
            grid(new int[][] {{6}, {13}, {4}, {1}, {1}, {2}, {2}}),
            grid(new int[][] {{9}, {4}, {3}, {1}, {2}, {-2}, {1}}),
            grid(new int[][] {{5, 4}, {11, 8}, {3, 2}, {1, 1}, {1, 1}, {2, 1}, {2, 2}}),
            grid(new int[][] {{5, 6}, {8, 7}, {3, 3}, {2, 1}, {1, 2}, {1, 2}, {3, 1}}),
            grid(new int[][] {{4, 5, 6}, {4, 3, 6}, {3, 3, 2}, {1, 2, 1}, {1, 1, 1}, {1, 1, 0}, {1, 1, 1}}),
            grid(new int[][] {{3, 2, 3}, {6, 5, 7}, {2, 3, 2}, {1, 1, 1}, {1, 1, 1}, {1, 2, 0}, {2, 2, 3}}),
            grid(new int[][] {{3}, {2}, {1}, {1}, {1}, {-5}, {1}}),
            grid(new int[][] {{70, 3}, {70, 3}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}),
            grid(new int[][] {{5, 4}, {5, 4}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {1, 1}}),
            grid(new int[][] {{0, 4}, {0, 4}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {1, 1}}));

    private static Grid grid(int[][] g) {
        return new Grid(g[0], g[1], g[2], g[3], g[4], g[5], g[6]);
    }

    static final int[][] CHANNELS = {{1, 1, 1}, {3, 8, 1}, {16, 40, 1}, {6, 9, 3}, {4, 4, 4}};

    static Stream<Arguments> convolutions() {
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> GRIDS.stream()
                        .flatMap(g ->
                                Stream.of(CHANNELS).map(c -> Arguments.of(simd, GRIDS.indexOf(g), c[0], c[1], c[2]))));
    }

    /** A term of the sum. */
    interface Term {
        void at(int image, int place, int tap, int cell);
    }

    static void terms(Grid g, int batch, Term term) {
        int[] o = new int[g.rank()];
        int[] k = new int[g.rank()];
        for (int image = 0; image < batch; image++) {
            for (int place = 0; place < g.places(); place++) {
                Grid.unravel(place, g.out(), o);
                for (int tap = 0; tap < g.taps(); tap++) {
                    Grid.unravel(tap, g.size(), k);
                    int cell = 0;
                    for (int a = 0; a < o.length && cell >= 0; a++) {
                        int position = o[a] * g.stride()[a] + k[a] * g.dilation()[a] - g.low()[a];
                        boolean inside =
                                position >= 0 && position % g.spread()[a] == 0 && position / g.spread()[a] < g.in()[a];
                        cell = inside ? cell * g.in()[a] + position / g.spread()[a] : -1;
                    }
                    if (cell >= 0) {
                        term.at(image, place, tap, cell);
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} grid {1} {2}→{3} in {4}")
    @MethodSource("convolutions")
    void convolutionEqualsTheDefinition(Simd simd, int index, int cin, int cout, int groups) {
        Grid grid = GRIDS.get(index);
        String what = simd.name() + " grid " + index + " " + cin + " to " + cout + " in " + groups;
        int batch = 2;
        int c = cin / groups;
        int n = cout / groups;
        float[] x = Laws.random(1, 3 + batch * grid.cells() * cin);
        float[] w = Laws.random(2, 5 + grid.taps() * c * cout);
        float[] bias = Laws.random(3, cout);
        int size = batch * grid.places() * cout;
        float[] residual = Laws.random(4, 1 + size);
        ConvNd conv = new ConvNd(simd, grid, cin, cout, groups, Epilogue.of(null, Unary.RELU));
        float[] packed = new float[conv.packedSize() + 2];
        conv.pack(w, 5, packed, 2);
        double[] expected = new double[size];
        double[] bound = new double[size];
        for (int i = 0; i < size; i++) {
            expected[i] = bias[i % cout] + residual[1 + i];
            bound[i] = 1;
        }
        terms(grid, batch, (image, place, tap, cell) -> {
            for (int o = 0; o < cout; o++) {
                int to = (image * grid.places() + place) * cout + o;
                for (int e = 0; e < c; e++) {
                    double v = (double) x[3 + (image * grid.cells() + cell) * cin + o / n * c + e]
                            * w[5 + (tap * c + e) * cout + o];
                    expected[to] += v;
                    bound[to] += Math.abs(v);
                }
            }
        });
        for (int i = 0; i < size; i++) {
            expected[i] = Math.max(0, expected[i]);
            bound[i] *= 2e-6;
        }
        float[] later = new float[2 + cout];
        System.arraycopy(bias, 0, later, 2, cout);
        float[] y = Laws.everywhere(
                what,
                size,
                (workers, scratch, out) -> conv.run(
                        workers, scratch, conv.epilogue().with(later, 2), batch, x, 3, packed, 2, out, 0, residual, 1));
        Laws.close(what, expected, bound, y);
    }
}
