package dev.posthorn.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of convolutions in one pass: they give bit by bit what they give one after the other. */
@Timeout(120)
class BottleneckTest {
    private static final List<Window> WINDOWS = List.of(
            Window.same(56, 60, 3, 3, 1, 1, 1, 1),
            Window.same(57, 31, 3, 3, 2, 2, 1, 1),
            Window.same(40, 33, 5, 5, 1, 1, 1, 1),
            new Window(30, 30, 5, 5, 2, 2, 1, 1, 1, 2, 3, 2),
            new Window(23, 9, 3, 3, 1, 1, 4, 2, 3, 2, 4, 2),
            new Window(9, 9, 2, 2, 5, 3, 1, 1, 0, 0, 0, 0),
            new Window(2, 3, 1, 1, 1, 1, 1, 1, 4, 0, 5, 1),
            Window.valid(2, 2, 3, 3, 1, 1));

    static Stream<Arguments> bottlenecks() {
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> WINDOWS.stream()
                        .flatMap(w -> Stream.of(3, 40, 96)
                                .flatMap(c -> Stream.of(1, 2, 3).map(parts -> Arguments.of(simd, w, c, parts)))));
    }

    /** @param parts 1 with the first convolution of one tap, 2 with the last, 3 with both */
    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("bottlenecks")
    void equalsOneAfterTheOther(Simd simd, Window window, int channels, int parts) {
        int batch = 3;
        int cin = (parts & 1) != 0 ? 24 : channels;
        int cout = (parts & 2) != 0 ? 17 : channels;
        Window before = Window.valid(window.h(), window.w(), 1, 1, 1, 1);
        Window after = Window.valid(window.outH(), window.outW(), 1, 1, 1, 1);
        float[] x = Laws.random(1, 2 + batch * window.h() * window.w() * cin);
        float[] w1 = Laws.random(2, cin * channels);
        float[] w2 = Laws.random(3, window.kh() * window.kw() * channels);
        float[] w3 = Laws.random(4, channels * cout);
        Epilogue e1 = Epilogue.of(Laws.random(5, channels), Unary.RELU6);
        Epilogue e2 = Epilogue.of(Laws.random(6, channels), Unary.SILU);
        Epilogue e3 = Epilogue.of(Laws.random(7, cout), Unary.NONE);
        int size = batch * window.outH() * window.outW() * cout;
        float[] residual = Laws.random(8, 1 + size);
        DepthwiseConv2d middle = new DepthwiseConv2d(simd, window, channels, 1, w2, 0, e2);
        Bottleneck kernel = new Bottleneck(
                simd,
                window,
                channels,
                (parts & 1) == 0
                        ? Optional.empty()
                        : Optional.of(new Bottleneck.Pointwise(PackedB.of(simd, cin, channels, w1, 0, channels), e1)),
                middle,
                (parts & 2) == 0
                        ? Optional.empty()
                        : Optional.of(new Bottleneck.Pointwise(PackedB.of(simd, channels, cout, w3, 0, cout), e3)));
        String what = simd.name() + " " + window + " " + channels + " parts " + parts;
        float[] actual = Laws.everywhere(
                what, size, (workers, scratch, y) -> kernel.run(workers, scratch, batch, x, 2, y, 0, residual, 1));

        Workers workers = Laws.POOLS.get(0);
        Scratch scratch = new Scratch();
        float[] wide = x;
        int at = 2;
        if ((parts & 1) != 0) {
            wide = new float[batch * window.h() * window.w() * channels];
            at = 0;
            new Conv2d(simd, before, cin, channels, 1, w1, 0, e1).run(workers, scratch, batch, x, 2, wide, 0, null, 0);
        }
        boolean last = (parts & 2) == 0;
        float[] mixed = new float[batch * window.outH() * window.outW() * channels];
        middle.run(workers, scratch, batch, wide, at, mixed, 0, last ? residual : null, 1);
        float[] expected = mixed;
        if (!last) {
            expected = new float[size];
            new Conv2d(simd, after, channels, cout, 1, w3, 0, e3)
                    .run(workers, scratch, batch, mixed, 0, expected, 0, residual, 1);
        }
        assertArrayEquals(expected, actual, what);
        if (last && size > 0) {
            means(what, kernel, middle, batch, x, actual, window.outH() * window.outW(), channels, residual);
        }
    }

    private static void means(
            String what,
            Bottleneck kernel,
            DepthwiseConv2d middle,
            int batch,
            float[] x,
            float[] y,
            int pixels,
            int channels,
            float[] residual) {
        float[] sums = new float[1 + batch * middle.means().room()];
        float[] mean = Laws.everywhere(what + " means", batch * channels, (workers, scratch, m) -> {
            float[] again = new float[y.length];
            kernel.run(workers, scratch, batch, x, 2, again, 0, residual, 1, sums, 1);
            assertArrayEquals(y, again, what);
            middle.means().finish(batch, sums, 1, m, 0);
        });
        double[] expected = new double[mean.length];
        double[] bound = new double[mean.length];
        for (int i = 0; i < y.length; i++) {
            int at = i / (pixels * channels) * channels + i % channels;
            expected[at] += (double) y[i] / pixels;
            bound[at] += 40 * Laws.EPS * Math.abs(y[i]) / pixels;
        }
        Laws.close(what + " means", expected, bound, mean);
    }
}
