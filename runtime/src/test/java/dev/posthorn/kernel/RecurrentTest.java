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

@Timeout(120)
class RecurrentTest {
    static Stream<Arguments> cells() {
        int[][] shapes = {
            {1, 7, 5}, {3, 1, 16}, {2, 0, 4}, {0, 3, 4}, {7, 5, 33}, {21, 4, 70}, {5, 3, 300}, {1, 20, 128}
        };
        return Laws.PROVIDERS.stream()
                .flatMap(simd -> Stream.of("simple", "lstm", "gru after", "gru before")
                        .flatMap(cell -> Stream.of(shapes).map(s -> Arguments.of(simd, cell, s[0], s[1], s[2]))));
    }

    @ParameterizedTest(name = "{0} {1} {2}x{3}x{4}")
    @MethodSource("cells")
    void equalsTheDefinition(Simd simd, String cell, int batch, int steps, int u) {
        int g = cell.equals("simple") ? 1 : cell.equals("lstm") ? 4 : 3;
        float[] p = Laws.random(1, 2 + batch * steps * g * u);
        float[] w = Laws.random(2, 3 + u * g * u);
        for (int i = 0; i < w.length; i++) {
            w[i] /= (float) Math.sqrt(u);
        }
        float[] bias = Laws.random(3, g * u);
        float[] h = Laws.random(4, 1 + batch * u);
        float[] c = Laws.random(5, 2 + batch * u);
        byte[] mask = new byte[1 + batch * steps];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) (i * 7 % 5 == 0 || i * 3 % 7 == 1 ? 0 : 1);
        }
        Recurrent.Fn tanh = Recurrent.Fn.of(Unary.TANH);
        Recurrent.Fn gate =
                steps == 5 ? new Recurrent.Fn(Unary.HARD_SIGMOID, 0.2f, 0.5f) : Recurrent.Fn.of(Unary.SIGMOID);
        Recurrent layer = switch (cell) {
            case "simple" -> Recurrent.simple(simd, u, w, 3, tanh);
            case "lstm" -> Recurrent.lstm(simd, u, w, 3, tanh, gate);
            default -> Recurrent.gru(simd, u, w, 3, bias, cell.equals("gru after"), tanh, gate);
        };
        for (int flags = 0; flags < 8; flags++) {
            boolean masked = (flags & 2) != 0;
            Recurrent.Mode mode = new Recurrent.Mode((flags & 1) != 0, masked ? mask : null, 1, (flags & 4) != 0);
            String what = simd.name() + " " + cell + " " + batch + "x" + steps + "x" + u + " flags " + flags;
            int n = batch * steps * u;
            int states = batch * u;
            float[] actual = Laws.everywhere(what, n + 2 * states, (workers, scratch, y) -> {
                if (!cell.equals("lstm")) {
                    System.arraycopy(c, 2, y, n + states, states);
                }
                layer.run(workers, scratch, mode, null, batch, steps, p, 2, h, 1, c, 2, y, 0, y, n, y, n + states);
            });
            double[] expected = new double[n + 2 * states];
            for (int b = 0; b < batch; b++) {
                naive(cell, mode, b, steps, u, g, p, w, bias, h, c, expected, n, states, gate);
            }
            double[] bound = new double[expected.length];
            // Each step adds an error of a few roundings to states of size about 1, and carries on that of the last.
            Arrays.fill(bound, (8 + 2 * Math.sqrt(u)) * Laws.EPS * (1 + steps));
            Laws.close(what, expected, bound, actual);

            float[] last = new float[2 * states];
            layer.run(
                    Laws.POOLS.get(1),
                    new Scratch(),
                    mode,
                    null,
                    batch,
                    steps,
                    p,
                    2,
                    h,
                    1,
                    c,
                    2,
                    null,
                    0,
                    last,
                    0,
                    last,
                    states);
            assertArrayEquals(Arrays.copyOfRange(actual, n, n + states), Arrays.copyOf(last, states), what);
            if (flags == 3) {
                Laws.fromEightThreads(what, actual, (workers, scratch, y) -> {
                    if (!cell.equals("lstm")) {
                        System.arraycopy(c, 2, y, n + states, states);
                    }
                    layer.run(workers, scratch, mode, null, batch, steps, p, 2, h, 1, c, 2, y, 0, y, n, y, n + states);
                });
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("kinds")
    void inputsMultipliedStepByStepGiveTheSameBits(Simd simd, String cell) {
        int u = 48;
        int g = cell.equals("simple") ? 1 : cell.equals("lstm") ? 4 : 3;
        int batch = 21;
        int steps = 3;
        for (int in : new int[] {5, 300, 512}) {
            float[] x = Laws.random(1, 2 + batch * steps * in);
            float[] w = Laws.random(2, u * g * u);
            float[] bias = Laws.random(3, g * u);
            PackedB kernel = PackedB.of(simd, in, g * u, Laws.random(4, in * g * u), 0, g * u);
            Epilogue e = Epilogue.of(bias, Unary.NONE);
            float[] p = new float[batch * steps * g * u];
            Gemm.run(Laws.POOLS.get(0), new Scratch(), batch * steps, x, 2, in, kernel, p, 0, g * u, e, null, 0);
            Recurrent.Fn tanh = Recurrent.Fn.of(Unary.TANH);
            Recurrent.Fn gate = Recurrent.Fn.of(Unary.SIGMOID);
            Recurrent layer = switch (cell) {
                case "simple" -> Recurrent.simple(simd, u, w, 0, tanh);
                case "lstm" -> Recurrent.lstm(simd, u, w, 0, tanh, gate);
                default -> Recurrent.gru(simd, u, w, 0, bias, cell.equals("gru after"), tanh, gate);
            };
            float[] zeros = new float[batch * u];
            byte[] mask = new byte[batch * steps];
            Arrays.fill(mask, 0, mask.length / 2, (byte) 1);
            for (Recurrent.Mode mode : List.of(Recurrent.Mode.FORWARD, new Recurrent.Mode(true, mask, 0, false))) {
                float[] expected = new float[batch * steps * u];
                float[] last = new float[2 * batch * u];
                Workers one = Laws.POOLS.get(0);
                layer.run(
                        one,
                        new Scratch(),
                        mode,
                        null,
                        batch,
                        steps,
                        p,
                        0,
                        zeros,
                        0,
                        zeros,
                        0,
                        expected,
                        0,
                        last,
                        0,
                        last,
                        batch * u);
                Recurrent.Input input = new Recurrent.Input(kernel, e);
                for (Workers workers : Laws.POOLS) {
                    float[] actual = new float[expected.length];
                    layer.run(
                            workers,
                            new Scratch(),
                            mode,
                            input,
                            batch,
                            steps,
                            x,
                            2,
                            zeros,
                            0,
                            zeros,
                            0,
                            actual,
                            0,
                            last,
                            0,
                            last,
                            batch * u);
                    assertArrayEquals(expected, actual, simd.name() + " " + cell + " " + in);
                }
            }
        }
    }

    static Stream<Arguments> kinds() {
        return Laws.PROVIDERS.stream()
                .flatMap(simd ->
                        Stream.of("simple", "lstm", "gru after", "gru before").map(cell -> Arguments.of(simd, cell)));
    }

    private static void naive(
            String cell,
            Recurrent.Mode mode,
            int b,
            int steps,
            int u,
            int g,
            float[] p,
            float[] w,
            float[] bias,
            float[] h0,
            float[] c0,
            double[] out,
            int n,
            int states,
            Recurrent.Fn gate) {
        double[] h = new double[u];
        double[] c = new double[u];
        double[] y = new double[u];
        for (int j = 0; j < u; j++) {
            h[j] = h0[1 + b * u + j];
            c[j] = c0[2 + b * u + j];
        }
        for (int i = 0; i < steps; i++) {
            int t = mode.reverse() ? steps - 1 - i : i;
            if (mode.mask() == null || mode.mask()[1 + b * steps + t] != 0) {
                double[] inner = product(h, w, u, g);
                double[] x = new double[g * u];
                for (int j = 0; j < g * u; j++) {
                    x[j] = p[2 + (b * steps + t) * g * u + j];
                }
                double[] next = new double[u];
                double[] reset = new double[u];
                for (int j = 0; j < u && cell.equals("gru before"); j++) {
                    reset[j] = h[j] * apply(gate, x[u + j] + inner[u + j]);
                }
                double[] before = product(reset, w, u, g);
                for (int j = 0; j < u; j++) {
                    switch (cell) {
                        case "simple" -> next[j] = Math.tanh(x[j] + inner[j]);
                        case "lstm" -> {
                            c[j] = apply(gate, x[u + j] + inner[u + j]) * c[j]
                                    + apply(gate, x[j] + inner[j]) * Math.tanh(x[2 * u + j] + inner[2 * u + j]);
                            next[j] = apply(gate, x[3 * u + j] + inner[3 * u + j]) * Math.tanh(c[j]);
                        }
                        default -> {
                            boolean after = cell.equals("gru after");
                            double z = apply(gate, x[j] + inner[j] + (after ? bias[j] : 0));
                            double r = apply(gate, x[u + j] + inner[u + j] + (after ? bias[u + j] : 0));
                            double q = after ? r * (inner[2 * u + j] + bias[2 * u + j]) : before[2 * u + j];
                            next[j] = z * h[j] + (1 - z) * Math.tanh(x[2 * u + j] + q);
                        }
                    }
                }
                h = next;
                y = h;
            } else if (mode.zeroMasked()) {
                y = new double[u];
            }
            System.arraycopy(y, 0, out, (b * steps + t) * u, u);
        }
        System.arraycopy(h, 0, out, n + b * u, u);
        System.arraycopy(c, 0, out, n + states + b * u, u);
    }

    private static double apply(Recurrent.Fn f, double x) {
        return Naive.unary(f.f(), f.alpha(), f.beta(), x);
    }

    private static double[] product(double[] h, float[] w, int u, int g) {
        double[] z = new double[g * u];
        for (int k = 0; k < u; k++) {
            for (int j = 0; j < g * u; j++) {
                z[j] += h[k] * w[3 + k * g * u + j];
            }
        }
        return z;
    }
}
