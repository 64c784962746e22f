package dev.posthorn.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(180)
class ConvTest {
    private static final List<Window> WINDOWS = List.of(
            Window.same(7, 7, 3, 3, 1, 1, 1, 1),
            Window.same(13, 11, 3, 3, 2, 2, 1, 1),
            Window.same(9, 8, 5, 5, 1, 1, 1, 1),
            Window.same(5, 5, 5, 5, 1, 1, 1, 1),
            Window.same(14, 14, 7, 7, 2, 2, 1, 1),
            Window.same(14, 13, 5, 5, 2, 2, 1, 1),
            Window.same(9, 10, 3, 3, 2, 2, 1, 1),
            Window.valid(11, 12, 5, 5, 2, 2),
            new Window(12, 10, 5, 5, 2, 2, 1, 1, 2, 1, 2, 1),
            new Window(9, 12, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1),
            new Window(9, 12, 3, 3, 2, 2, 1, 1, 2, 1, 2, 3),
            Window.valid(9, 8, 1, 1, 1, 1),
            Window.valid(9, 8, 1, 1, 2, 3),
            Window.valid(6, 5, 6, 5, 1, 1),
            Window.valid(2, 2, 3, 3, 1, 1),
            new Window(5, 9, 2, 3, 1, 2, 2, 1, 3, 0, 1, 4),
            new Window(17, 10, 3, 3, 1, 1, 2, 3, 2, 3, 2, 3),
            new Window(1, 30, 1, 5, 1, 1, 1, 1, 0, 4, 0, 0),
            new Window(1, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1),
            new Window(3, 3, 2, 2, 3, 3, 1, 1, 4, 5, 6, 7),
            new Window(5, 5, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2),
            new Window(4, 9, 3, 3, 1, 1, 1, 1, 3, 0, 2, 1),
            new Window(6, 5, 3, 3, 1, 1, 1, 1, 2, 2, 2, 2),
            new Window(5, 6, 3, 3, 1, 1, 1, 1, 1, 7, 0, 9),
            Window.same(40, 37, 3, 3, 1, 1, 1, 1),
            Window.valid(0, 4, 1, 1, 1, 1));

    private static final List<Window> WINOGRAD = List.of(
            Window.same(7, 7, 3, 3, 1, 1, 1, 1),
            Window.valid(2, 2, 3, 3, 1, 1),
            new Window(1, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1),
            new Window(4, 9, 3, 3, 1, 1, 1, 1, 3, 0, 2, 1),
            new Window(6, 5, 3, 3, 1, 1, 1, 1, 2, 2, 2, 2),
            new Window(5, 6, 3, 3, 1, 1, 1, 1, 1, 7, 0, 9),
            Window.same(40, 37, 3, 3, 1, 1, 1, 1));

    /**
     * Bounds of {@link WinogradTile}s in those of the definition. Four outputs a side are of a class of their own: an error is
     * in proportion to all that its tile is made of, so the bound is that of the tile's largest output; and it is up to eight
     * times the error of the definition, which is a small part of its bound.
     */
    private static final double[] SLACK = {1, 4};

    private static double[] bound(WinogradTile tile, double[] definition, Window window, int cout) {
        double[] bound = new double[definition.length];
        int side = tile == WinogradTile.F4 ? 4 : 1;
        for (int i = 0; i < bound.length; i++) {
            int[] pixel = pixel(window, i / cout);
            int top = pixel[1] / side * side;
            int left = pixel[2] / side * side;
            for (int r = top; r < Math.min(top + side, window.outH()); r++) {
                for (int c = left; c < Math.min(left + side, window.outW()); c++) {
                    int at = ((pixel[0] * window.outH() + r) * window.outW() + c) * cout + i % cout;
                    bound[i] = Math.max(bound[i], SLACK[tile.ordinal()] * definition[at]);
                }
            }
        }
        return bound;
    }

    static Stream<Arguments> convolutions() {
        int[][] channels = {
            {1, 1, 1},
            {1, 64, 1},
            {3, 96, 1},
            {3, 8, 1},
            {3, 35, 1},
            {16, 16, 1},
            {17, 40, 1},
            {70, 33, 1},
            {80, 144, 1},
            {6, 9, 3},
            {64, 64, 2},
            {4, 4, 4}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> WINDOWS.stream()
                        .flatMap(window -> Stream.of(channels).map(c -> Arguments.of(simd, window, c[0], c[1], c[2]))));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} {4}")
    @MethodSource("convolutions")
    void convolutionEqualsTheDefinition(Simd simd, Window window, int cin, int cout, int groups) {
        String what = simd.name() + " " + window + " " + cin + " to " + cout + " in " + groups;
        int batch = 2;
        float[] x = Laws.random(1, 3 + batch * window.h() * window.w() * cin);
        float[] w = Laws.random(2, 5 + window.kh() * window.kw() * cin / groups * cout);
        float[] bias = Laws.random(3, cout);
        int size = batch * window.outH() * window.outW() * cout;
        float[] residual = Laws.random(4, 1 + size);
        Conv2d plain = new Conv2d(simd, window, cin, cout, groups, w, 5, Epilogue.NONE);
        Conv2d fused = new Conv2d(simd, window, cin, cout, groups, w, 5, Epilogue.of(bias, Unary.RELU));
        float[] actual = Laws.everywhere(
                what, size, (workers, scratch, y) -> plain.run(workers, scratch, batch, x, 3, y, 0, null, 0));
        float[] more = Laws.everywhere(
                what, size, (workers, scratch, y) -> fused.run(workers, scratch, batch, x, 3, y, 0, residual, 1));
        double[] expected = new double[size];
        double[] bound = new double[size];
        double[] relu = new double[size];
        int c = cin / groups;
        int n = cout / groups;
        for (int i = 0; i < size; i++) {
            int o = i % cout;
            int[] pixel = pixel(window, i / cout);
            double sum = 0;
            double weight = 0;
            for (int p = 0; p < window.kh(); p++) {
                for (int q = 0; q < window.kw(); q++) {
                    int row = pixel[1] * window.sh() + p * window.dh() - window.top();
                    int col = pixel[2] * window.sw() + q * window.dw() - window.left();
                    if (row >= 0 && row < window.h() && col >= 0 && col < window.w()) {
                        for (int e = 0; e < c; e++) {
                            double v = (double) x[
                                            3
                                                    + ((pixel[0] * window.h() + row) * window.w() + col) * cin
                                                    + o / n * c
                                                    + e]
                                    * w[5 + ((p * window.kw() + q) * c + e) * cout + o];
                            sum += v;
                            weight += Math.abs(v);
                        }
                    }
                }
            }
            expected[i] = sum;
            double rest = bias[o] + residual[1 + i];
            relu[i] = Math.max(0, sum + rest);
            bound[i] = (4 + 2 * Math.sqrt(window.kh() * window.kw() * c)) * Laws.EPS * (weight + 2 + Math.abs(rest));
        }
        Laws.close(what, expected, bound, actual);
        Laws.close(what + " fused", relu, bound, more);
        if (groups == 1 && WINOGRAD.contains(window)) {
            for (WinogradTile tile : WinogradTile.values()) {
                double[] allowed = bound(tile, bound, window, cout);
                Winograd kernel = new Winograd(tile, simd, window, cin, cout, w, 5, Epilogue.of(bias, Unary.RELU));
                float[] transformed = Laws.everywhere(
                        what,
                        size,
                        (workers, scratch, y) -> kernel.run(workers, scratch, batch, x, 3, y, 0, residual, 1));
                Laws.close(what + " by " + tile, relu, allowed, transformed);
                Winograd later = new Winograd(tile, simd, window, cin, cout, null, 0, Epilogue.of(null, Unary.RELU));
                float[] room = new float[3 + later.packedSize()];
                float[] moved = new float[2 + cout];
                System.arraycopy(bias, 0, moved, 2, cout);
                float[] packed = Laws.everywhere(
                        what,
                        size,
                        (workers, scratch, y) -> later.run(
                                workers,
                                scratch,
                                later.pack(workers, scratch, w, 5, room, 3),
                                later.epilogue().with(moved, 2),
                                batch,
                                x,
                                3,
                                y,
                                0,
                                residual,
                                1));
                Laws.close(what + " by " + tile + ", weights given with a call", relu, allowed, packed);
                if (tile == WinogradTile.F4) { // those of F2 are transformed in single precision then
                    assertArrayEquals(transformed, packed);
                }
            }
            WinogradSpread spread = new WinogradSpread(simd, window, cin, cout, w, 5, Epilogue.of(bias, Unary.RELU));
            float[] scattered = Laws.everywhere(
                    what, size, (workers, scratch, y) -> spread.run(workers, scratch, batch, x, 3, y, 0, residual, 1));
            Laws.close(what + " by Winograd from its inputs", relu, bound, scattered);
        }
        if (window.h() == 14) {
            Laws.fromEightThreads(
                    what, more, (workers, scratch, y) -> fused.run(workers, scratch, batch, x, 3, y, 0, residual, 1));
        }
    }

    private static int[] pixel(Window window, int i) {
        int perImage = window.outH() * window.outW();
        return new int[] {i / perImage, i % perImage / window.outW(), i % window.outW()};
    }

    static Stream<Arguments> depthwise() {
        int[][] channels = {{1, 1}, {3, 1}, {8, 1}, {16, 1}, {33, 1}, {5, 2}, {17, 3}};
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> WINDOWS.stream()
                        .flatMap(window -> Stream.of(channels).map(c -> Arguments.of(simd, window, c[0], c[1]))));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("depthwise")
    void depthwiseEqualsTheDefinition(Simd simd, Window window, int cin, int multiplier) {
        String what = simd.name() + " " + window + " " + cin + " times " + multiplier;
        int batch = 3;
        int cout = cin * multiplier;
        float[] x = Laws.random(1, 3 + batch * window.h() * window.w() * cin);
        float[] w = Laws.random(2, 5 + window.kh() * window.kw() * cout);
        float[] bias = Laws.random(3, cout);
        int size = batch * window.outH() * window.outW() * cout;
        float[] residual = Laws.random(4, 1 + size);
        DepthwiseConv2d plain = new DepthwiseConv2d(simd, window, cin, multiplier, w, 5, Epilogue.NONE);
        DepthwiseConv2d fused =
                new DepthwiseConv2d(simd, window, cin, multiplier, w, 5, Epilogue.of(bias, Unary.RELU6));
        float[] actual = Laws.everywhere(
                what, size, (workers, scratch, y) -> plain.run(workers, scratch, batch, x, 3, y, 0, null, 0));
        float[] more = Laws.everywhere(
                what, size, (workers, scratch, y) -> fused.run(workers, scratch, batch, x, 3, y, 0, residual, 1));
        float[] moved = new float[2 + cout];
        System.arraycopy(bias, 0, moved, 2, cout);
        float[] given = Laws.everywhere(
                what,
                size,
                (workers, scratch, y) -> plain.run(
                        workers, scratch, w, 5, fused.epilogue().with(moved, 2), batch, x, 3, y, 0, residual, 1));
        double[] expected = new double[size];
        double[] relu = new double[size];
        double[] bound = new double[size];
        for (int i = 0; i < size; i++) {
            int o = i % cout;
            int[] pixel = pixel(window, i / cout);
            double sum = 0;
            double weight = 0;
            for (int p = 0; p < window.kh(); p++) {
                for (int q = 0; q < window.kw(); q++) {
                    int row = pixel[1] * window.sh() + p * window.dh() - window.top();
                    int col = pixel[2] * window.sw() + q * window.dw() - window.left();
                    if (row >= 0 && row < window.h() && col >= 0 && col < window.w()) {
                        double v = (double) x[
                                        3 + ((pixel[0] * window.h() + row) * window.w() + col) * cin + o / multiplier]
                                * w[5 + (p * window.kw() + q) * cout + o];
                        sum += v;
                        weight += Math.abs(v);
                    }
                }
            }
            expected[i] = sum;
            double rest = bias[o] + residual[1 + i];
            relu[i] = Math.min(6, Math.max(0, sum + rest));
            bound[i] = (4 + 2 * Math.sqrt(window.kh() * window.kw())) * Laws.EPS * (weight + 2 + Math.abs(rest));
        }
        Laws.close(what, expected, bound, actual);
        Laws.close(what + " fused", relu, bound, more);
        Laws.close(what + " given with a call", relu, bound, given);
        if (window.h() == 14) {
            Laws.fromEightThreads(
                    what, more, (workers, scratch, y) -> fused.run(workers, scratch, batch, x, 3, y, 0, residual, 1));
        }
    }

    static Stream<Arguments> pools() {
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> WINDOWS.stream()
                        .flatMap(window -> Stream.of(1, 3, 16, 31, 64).map(c -> Arguments.of(simd, window, c))));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("pools")
    void poolsEqualTheDefinition(Simd simd, Window window, int channels) {
        String what = simd.name() + " " + window + " of " + channels;
        int batch = 2;
        float[] x = Laws.random(1, 3 + batch * window.h() * window.w() * channels);
        int size = batch * window.outH() * window.outW() * channels;
        Pool2d max = Pool2d.max(simd, window, channels);
        Pool2d mean = Pool2d.mean(simd, window, channels);
        float[] largest =
                Laws.everywhere(what, size, (workers, scratch, y) -> max.run(workers, scratch, batch, x, 3, y, 0));
        float[] average =
                Laws.everywhere(what, size, (workers, scratch, y) -> mean.run(workers, scratch, batch, x, 3, y, 0));
        double[] high = new double[size];
        double[] middle = new double[size];
        double[] exact = new double[size];
        double[] bound = new double[size];
        Arrays.fill(high, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < size; i++) {
            int[] pixel = pixel(window, i / channels);
            int count = 0;
            double sum = 0;
            for (int p = 0; p < window.kh(); p++) {
                for (int q = 0; q < window.kw(); q++) {
                    int row = pixel[1] * window.sh() + p * window.dh() - window.top();
                    int col = pixel[2] * window.sw() + q * window.dw() - window.left();
                    if (row >= 0 && row < window.h() && col >= 0 && col < window.w()) {
                        double v = x[3 + ((pixel[0] * window.h() + row) * window.w() + col) * channels + i % channels];
                        high[i] = Math.max(high[i], v);
                        sum += v;
                        count++;
                        bound[i] += Math.abs(v);
                    }
                }
            }
            middle[i] = sum / count;
            bound[i] *= 4 * Laws.EPS;
        }
        Laws.close(what + " max", high, exact, largest);
        Laws.close(what + " mean", middle, bound, average);
    }
}
