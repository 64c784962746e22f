package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of gradients of poolings: they are the definition, also of equal elements and windows that overlap. */
class PoolGradientTest {
    private static final List<Window> WINDOWS = List.of(
            Window.valid(8, 6, 2, 2, 2, 2),
            Window.same(7, 9, 3, 3, 2, 2, 1, 1),
            Window.same(5, 5, 3, 2, 1, 1, 1, 2),
            new Window(1, 20, 1, 3, 1, 2, 1, 1, 0, 4, 0, 3),
            new Window(3, 3, 2, 2, 3, 3, 1, 1, 4, 5, 6, 7));

    static Stream<Arguments> poolings() {
        return Laws.PROVIDERS.stream()
                .flatMap(simd ->
                        WINDOWS.stream().flatMap(w -> Stream.of(1, 16, 37, 150).map(c -> Arguments.of(simd, w, c))));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("poolings")
    void gradientEqualsTheDefinition(Simd simd, Window w, int channels) {
        int batch = 3;
        float[] x = Laws.random(1, 1 + batch * w.h() * w.w() * channels);
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.round(x[i] * 2); // many are equal
        }
        float[] dy = Laws.random(2, 2 + batch * w.outH() * w.outW() * channels);
        int size = batch * w.h() * w.w() * channels;
        double[] max = new double[size];
        double[] mean = new double[size];
        double[] bound = new double[size];
        for (int i = 0; i < dy.length - 2; i++) {
            int c = i % channels;
            int col = i / channels % w.outW();
            int row = i / channels / w.outW() % w.outH();
            int image = i / channels / w.outW() / w.outH();
            int best = -1;
            int count = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (int p = 0; p < w.kh(); p++) {
                    for (int q = 0; q < w.kw(); q++) {
                        int r = row * w.sh() + p * w.dh() - w.top();
                        int s = col * w.sw() + q * w.dw() - w.left();
                        if (r < 0 || r >= w.h() || s < 0 || s >= w.w()) {
                            continue;
                        }
                        int at = ((image * w.h() + r) * w.w() + s) * channels + c;
                        if (pass == 0) {
                            count++;
                            best = best < 0 || x[1 + at] > x[1 + best] ? at : best;
                        } else {
                            mean[at] += (double) dy[2 + i] / count;
                            bound[at] += 1e-6 * Math.abs(dy[2 + i]);
                        }
                    }
                }
            }
            if (best >= 0) {
                max[best] += dy[2 + i];
                bound[best] += 1e-6 * Math.abs(dy[2 + i]);
            }
        }
        PoolGradient kernel = new PoolGradient(simd, w, channels);
        String what = simd.name() + " " + w + " " + channels;
        Laws.close(
                what,
                max,
                bound,
                Laws.everywhere(what, size, (workers, s, y) -> kernel.run(workers, s, batch, x, 1, dy, 2, y, 0)));
        Laws.close(
                what,
                mean,
                bound,
                Laws.everywhere(what, size, (workers, s, y) -> kernel.run(workers, s, batch, null, 0, dy, 2, y, 0)));
    }
}
