package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of gradients by weights: they are the definition, for both providers and any number of threads. */
class FilterGradientTest {
    private static final int[][] CHANNELS = {
        {1, 1, 1},
        {1, 64, 1},
        {3, 32, 1},
        {3, 8, 1},
        {16, 40, 1},
        {20, 17, 1},
        {6, 9, 3},
        {8, 70, 2},
        {37, 37, 37},
        {4, 8, 4},
        {96, 32, 1},
        {4, 8, 1},
        {12, 20, 1}
    };

    static Stream<Arguments> gradients() {
        List<Grid> grids = ConvNdTest.GRIDS;
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> grids.stream()
                        .flatMap(g ->
                                Stream.of(CHANNELS).map(c -> Arguments.of(simd, grids.indexOf(g), c[0], c[1], c[2]))));
    }

    @ParameterizedTest(name = "{0} grid {1} {2}→{3} in {4}")
    @MethodSource("gradients")
    void gradientEqualsTheDefinition(Simd simd, int index, int cin, int cout, int groups) {
        Grid grid = ConvNdTest.GRIDS.get(index);
        String what = simd.name() + " grid " + index + " " + cin + " to " + cout + " in " + groups;
        int batch = grid.places() > 100 ? 9 : 2; // more than a slice
        int c = cin / groups;
        int n = cout / groups;
        float[] x = Laws.random(1, 3 + batch * grid.cells() * cin);
        float[] dy = Laws.random(2, 5 + batch * grid.places() * cout);
        int size = grid.taps() * c * cout;
        double[] expected = new double[size];
        double[] bound = new double[size];
        ConvNdTest.terms(grid, batch, (image, place, tap, cell) -> {
            for (int o = 0; o < cout; o++) {
                double d = dy[5 + (image * grid.places() + place) * cout + o];
                for (int e = 0; e < c; e++) {
                    int to = (tap * c + e) * cout + o;
                    double v = x[3 + (image * grid.cells() + cell) * cin + o / n * c + e] * d;
                    expected[to] += v;
                    bound[to] += 4e-6 * Math.abs(v);
                }
            }
        });
        FilterGradient gradient = new FilterGradient(simd, grid, batch, cin, cout, groups);
        float[] dw = Laws.everywhere(what, size, (workers, scratch, out) -> {
            float[] part = new float[gradient.room() + 1];
            gradient.run(workers, scratch, x, 3, dy, 5, out, 0, part, 1);
        });
        Laws.close(what, expected, bound, dw);
    }

    static Stream<Arguments> winograd() {
        List<Window> windows = List.of(
                Window.valid(9, 12, 3, 3, 1, 1),
                Window.same(8, 7, 3, 3, 1, 1, 1, 1),
                new Window(4, 9, 3, 3, 1, 1, 1, 1, 3, 0, 2, 1),
                Window.same(40, 37, 3, 3, 1, 1, 1, 1));
        int[][] channels = {{4, 16}, {32, 64}, {20, 48}, {12, 5}};
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> windows.stream()
                        .flatMap(w -> Stream.of(channels)
                                .filter(c -> c[1] % simd.lanes() == 0)
                                .map(c -> Arguments.of(simd, w, c[0], c[1]))));
    }

    /** By Winograd's products it is the definition, too. */
    @ParameterizedTest(name = "{0} {1} {2}→{3}")
    @MethodSource("winograd")
    void winogradEqualsTheDefinition(Simd simd, Window window, int cin, int cout) {
        Grid grid = new Grid(
                new int[] {window.h(), window.w()},
                new int[] {window.outH(), window.outW()},
                new int[] {3, 3},
                new int[] {1, 1},
                new int[] {1, 1},
                new int[] {window.top(), window.left()},
                new int[] {1, 1});
        String what = simd.name() + " by Winograd " + window + " " + cin + " to " + cout;
        int batch = 3;
        float[] x = Laws.random(1, 3 + batch * grid.cells() * cin);
        float[] dy = Laws.random(2, 5 + batch * grid.places() * cout);
        int size = grid.taps() * cin * cout;
        double[] expected = new double[size];
        double[] bound = new double[size];
        ConvNdTest.terms(grid, batch, (image, place, tap, cell) -> {
            for (int o = 0; o < cout; o++) {
                double d = dy[5 + (image * grid.places() + place) * cout + o];
                for (int e = 0; e < cin; e++) {
                    int to = (tap * cin + e) * cout + o;
                    double v = x[3 + (image * grid.cells() + cell) * cin + e] * d;
                    expected[to] += v;
                    bound[to] += 4e-6 * Math.abs(v);
                }
            }
        });
        WinogradFilterGradient gradient = new WinogradFilterGradient(simd, window, batch, cin, cout);
        float[] dw = Laws.everywhere(what, size, (workers, scratch, out) -> {
            float[] part = new float[gradient.room() + 1];
            gradient.run(workers, scratch, x, 3, dy, 5, out, 0, part, 1);
        });
        Laws.close(what, expected, bound, dw);
    }

    static Stream<Arguments> depthwise() {
        int[][] windows = {{9, 3, 1, 1}, {9, 3, 2, 1}, {7, 3, 1, 2}, {8, 5, 1, 1}, {5, 1, 1, 1}, {3, 5, 2, 1}};
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of(windows)
                        .flatMap(w -> Stream.of(1, 5, 16, 37, 96).map(c -> Arguments.of(simd, w, c))));
    }

    /** Gradients of depthwise convolutions are the definition, too. */
    @ParameterizedTest(name = "{0} {1} {2} channels")
    @MethodSource("depthwise")
    void depthwiseEqualsTheDefinition(Simd simd, int[] w, int channels) {
        Window window = Window.same(w[0], w[0] + 1, w[1], w[1], w[2], w[2], w[3], w[3]);
        Grid grid = new Grid(
                new int[] {window.h(), window.w()},
                new int[] {window.outH(), window.outW()},
                new int[] {w[1], w[1]},
                new int[] {w[2], w[2]},
                new int[] {w[3], w[3]},
                new int[] {window.top(), window.left()},
                new int[] {1, 1});
        String what = simd.name() + " depthwise " + Arrays.toString(w) + " of " + channels;
        int batch = 3;
        float[] x = Laws.random(1, 3 + batch * grid.cells() * channels);
        float[] dy = Laws.random(2, 5 + batch * grid.places() * channels);
        int size = grid.taps() * channels;
        double[] expected = new double[size];
        double[] bound = new double[size];
        ConvNdTest.terms(grid, batch, (image, place, tap, cell) -> {
            for (int e = 0; e < channels; e++) {
                double d = dy[5 + (image * grid.places() + place) * channels + e];
                double v = x[3 + (image * grid.cells() + cell) * channels + e] * d;
                expected[tap * channels + e] += v;
                bound[tap * channels + e] += 4e-6 * Math.abs(v);
            }
        });
        DepthwiseFilterGradient gradient = new DepthwiseFilterGradient(simd, window, batch, channels);
        float[] dw = Laws.everywhere(what, size, (workers, scratch, out) -> {
            float[] part = new float[gradient.room() + 1];
            gradient.run(workers, scratch, x, 3, dy, 5, out, 0, part, 1);
        });
        Laws.close(what, expected, bound, dw);
    }
}
