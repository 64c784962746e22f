package dev.posthorn.tools.bench;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Conv2d;
import dev.posthorn.kernel.DepthwiseConv2d;
import dev.posthorn.kernel.DepthwiseFilterGradient;
import dev.posthorn.kernel.Elementwise;
import dev.posthorn.kernel.Epilogue;
import dev.posthorn.kernel.FilterGradient;
import dev.posthorn.kernel.Gemm;
import dev.posthorn.kernel.Grid;
import dev.posthorn.kernel.MatMul;
import dev.posthorn.kernel.PackedB;
import dev.posthorn.kernel.Pool2d;
import dev.posthorn.kernel.PoolGradient;
import dev.posthorn.kernel.Recurrent;
import dev.posthorn.kernel.Rows;
import dev.posthorn.kernel.Scratch;
import dev.posthorn.kernel.Unary;
import dev.posthorn.kernel.Window;
import dev.posthorn.kernel.Winograd;
import dev.posthorn.kernel.WinogradTile;
import dev.posthorn.kernel.Workers;
import dev.posthorn.kernel.simd.Simd;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * Speed of single kernels: {@code KernelBench [threads [word in the name]]}. Each is warmed up for a second ({@code
 * -Dwarmup.ms}), then timed 31 times; the median and the fastest count. One thread is measured in its own processor time,
 * so other programs disturb little; several in wall time.
 */
public final class KernelBench {
    private static final Simd SIMD = Simd.best();
    private static final long WARM_UP = Long.getLong("warmup.ms", 1000) * 1_000_000;

    private final Workers workers;
    private final Scratch scratch = new Scratch();
    private final String only;

    private KernelBench(Workers workers, String only) {
        this.workers = workers;
        this.only = only;
    }

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        System.out.printf("Java %s, %s, %d threads%n", Runtime.version(), SIMD.name(), threads);
        try (Workers workers = Workers.of(threads)) {
            KernelBench bench = new KernelBench(workers, args.length > 1 ? args[1] : "");
            bench.products();
            bench.convolutions();
            bench.gradients();
            bench.pools();
            bench.functions();
            bench.recurrent();
        }
    }

    private void products() {
        int[][] shapes = {
            {64, 64, 64},
            {256, 256, 256},
            {1024, 1024, 1024},
            {1, 1000, 1024},
            {49, 512, 512},
            {3136, 64, 64},
            {12544, 32, 27},
            {128, 3072, 768},
            {784, 24, 144},
            {12544, 16, 32},
            {1, 512, 128},
            {32, 512, 128}
        };
        for (int[] s : shapes) {
            int m = s[0];
            int n = s[1];
            int k = s[2];
            float[] a = filled(m * k);
            float[] c = new float[m * n];
            PackedB b = PackedB.of(SIMD, k, n, filled(k * n), 0, n);
            flops(
                    "gemm " + m + "x" + n + "x" + k,
                    2.0 * m * n * k,
                    () -> Gemm.run(workers, scratch, m, a, 0, k, b, c, 0, n, Epilogue.NONE, null, 0));
        }
        int heads = 8;
        float[] q = filled(heads * 128 * 128);
        float[] y = new float[heads * 128 * 128];
        MatMul scores = new MatMul(
                SIMD,
                128,
                128,
                32,
                MatMul.Operand.dense(heads, 128, 32),
                MatMul.Operand.dense(heads, 128, 32).transpose(),
                MatMul.Operand.dense(heads, 128, 128));
        flops(
                "attention q k' 8x128x128x32",
                2.0 * heads * 128 * 128 * 32,
                () -> scores.run(workers, scratch, q, 0, q, 0, y, 0, Epilogue.NONE, null, 0));
        MatMul mix = new MatMul(
                SIMD,
                128,
                32,
                128,
                MatMul.Operand.dense(heads, 128, 128),
                MatMul.Operand.dense(heads, 128, 32),
                MatMul.Operand.dense(heads, 128, 32));
        flops(
                "attention p v 8x128x32x128",
                2.0 * heads * 128 * 128 * 32,
                () -> mix.run(workers, scratch, q, 0, q, 0, y, 0, Epilogue.NONE, null, 0));
    }

    private void convolutions() {
        // size, window, stride, in, out
        int[][] shapes = {
            {224, 7, 2, 3, 64},
            {224, 3, 2, 3, 32},
            {56, 3, 1, 64, 64},
            {28, 3, 1, 128, 128},
            {14, 3, 1, 256, 256},
            {7, 3, 1, 512, 512},
            {56, 1, 1, 64, 256},
            {56, 1, 2, 256, 512},
            {14, 1, 1, 96, 576},
            {112, 1, 1, 16, 96},
            {56, 1, 1, 24, 144},
            {56, 1, 1, 144, 24},
            {7, 1, 1, 960, 160},
            {7, 1, 1, 2048, 512},
            {28, 3, 1, 1, 32}
        };
        for (int[] s : shapes) {
            Window w = Window.same(s[0], s[0], s[1], s[1], s[2], s[2], 1, 1);
            float[] weights = filled(s[1] * s[1] * s[3] * s[4]);
            Epilogue e = Epilogue.of(filled(s[4]), Unary.RELU);
            Conv2d conv = new Conv2d(SIMD, w, s[3], s[4], 1, weights, 0, e);
            float[] x = filled(s[0] * s[0] * s[3]);
            float[] y = new float[w.outH() * w.outW() * s[4]];
            String what = s[0] + " " + s[1] + "x" + s[1] + "/" + s[2] + " " + s[3] + " to " + s[4];
            double flops = 2.0 * y.length * s[1] * s[1] * s[3];
            flops("conv " + what, flops, () -> conv.run(workers, scratch, 1, x, 0, y, 0, null, 0));
            for (int outputs = 2; outputs <= 4; outputs += 2) {
                WinogradTile tile = WinogradTile.best(outputs, w, 1, s[3], s[4]).orElse(null);
                if (tile != null && (outputs == 2 || tile != WinogradTile.F2)) {
                    Winograd winograd = new Winograd(tile, SIMD, w, s[3], s[4], weights, 0, e);
                    String name = "winograd " + tile + " conv " + what;
                    flops(name, flops, () -> winograd.run(workers, scratch, 1, x, 0, y, 0, null, 0));
                }
            }
        }
        int[][] depthwise = {
            {112, 3, 1, 32}, {112, 3, 2, 96}, {56, 3, 1, 144}, {14, 3, 1, 576}, {14, 5, 1, 672}, {7, 3, 1, 960}
        };
        for (int[] s : depthwise) {
            Window w = Window.same(s[0], s[0], s[1], s[1], s[2], s[2], 1, 1);
            DepthwiseConv2d conv = new DepthwiseConv2d(
                    SIMD, w, s[3], 1, filled(s[1] * s[1] * s[3]), 0, Epilogue.of(filled(s[3]), Unary.RELU6));
            float[] x = filled(s[0] * s[0] * s[3]);
            float[] y = new float[w.outH() * w.outW() * s[3]];
            flops(
                    "depthwise " + s[0] + " " + s[1] + "x" + s[1] + "/" + s[2] + " " + s[3],
                    2.0 * y.length * s[1] * s[1],
                    () -> conv.run(workers, scratch, 1, x, 0, y, 0, null, 0));
        }
    }

    private void gradients() {
        // batch, size, window, in, out, groups
        int[][] shapes = {
            {32, 28, 3, 1, 32, 1},
            {32, 13, 3, 32, 64, 1},
            {32, 5, 3, 64, 64, 1},
            {8, 112, 3, 3, 32, 1},
            {8, 112, 1, 16, 96, 1},
            {8, 56, 1, 24, 144, 1},
            {8, 56, 1, 144, 24, 1},
            {8, 14, 1, 576, 96, 1},
            {8, 56, 3, 64, 64, 1},
            {8, 7, 1, 320, 1280, 1},
            {8, 112, 3, 96, 96, 96},
            {8, 28, 3, 192, 192, 192},
            {8, 7, 3, 960, 960, 960}
        };
        for (int[] s : shapes) {
            int out = s[1] - s[2] + 1;
            Grid grid = new Grid(
                    new int[] {s[1], s[1]},
                    new int[] {out, out},
                    new int[] {s[2], s[2]},
                    new int[] {1, 1},
                    new int[] {1, 1},
                    new int[] {0, 0},
                    new int[] {1, 1});
            boolean depthwise = s[5] > 1;
            FilterGradient gradient = new FilterGradient(SIMD, grid, s[0], s[3], s[4], s[5]);
            DepthwiseFilterGradient taps =
                    new DepthwiseFilterGradient(SIMD, Window.valid(s[1], s[1], s[2], s[2], 1, 1), s[0], s[3]);
            float[] x = filled(s[0] * s[1] * s[1] * s[3]);
            float[] dy = filled(s[0] * out * out * s[4]);
            float[] dw = new float[s[2] * s[2] * s[3] / s[5] * s[4]];
            float[] part = new float[depthwise ? taps.room() : gradient.room()];
            flops(
                    "filter gradient " + s[0] + "x" + s[1] + " " + s[2] + "x" + s[2] + " " + s[3] + " to " + s[4],
                    2.0 * dy.length * s[2] * s[2] * s[3] / s[5],
                    () -> {
                        if (depthwise) {
                            taps.run(workers, scratch, x, 0, dy, 0, dw, 0, part, 0);
                        } else {
                            gradient.run(workers, scratch, x, 0, dy, 0, dw, 0, part, 0);
                        }
                    });
        }
        Window w = Window.valid(26, 26, 2, 2, 2, 2);
        PoolGradient pool = new PoolGradient(SIMD, w, 32);
        float[] x = filled(32 * 26 * 26 * 32);
        float[] dy = filled(32 * 13 * 13 * 32);
        float[] dx = new float[x.length];
        bytes("max pool gradient 26 2x2 32", 8.0 * x.length, () -> pool.run(workers, scratch, 32, x, 0, dy, 0, dx, 0));
    }

    private void pools() {
        int[][] shapes = {{112, 3, 2, 64}, {28, 2, 2, 128}, {7, 7, 1, 2048}};
        for (int[] s : shapes) {
            Window w = s[1] == s[0]
                    ? Window.valid(s[0], s[0], s[1], s[1], 1, 1)
                    : Window.same(s[0], s[0], s[1], s[1], s[2], s[2], 1, 1);
            float[] x = filled(s[0] * s[0] * s[3]);
            float[] y = new float[w.outH() * w.outW() * s[3]];
            Pool2d max = Pool2d.max(SIMD, w, s[3]);
            Pool2d mean = Pool2d.mean(SIMD, w, s[3]);
            String name = s[0] + " " + s[1] + "x" + s[1] + "/" + s[2] + " " + s[3];
            bytes("max pool " + name, 4.0 * (x.length + y.length), () -> max.run(workers, scratch, 1, x, 0, y, 0));
            bytes("mean pool " + name, 4.0 * (x.length + y.length), () -> mean.run(workers, scratch, 1, x, 0, y, 0));
        }
    }

    private void functions() {
        int n = 1 << 16;
        float[] x = filled(n);
        float[] y = new float[n];
        Unary[] functions = {
            Unary.RELU,
            Unary.EXP,
            Unary.LOG,
            Unary.TANH,
            Unary.SIGMOID,
            Unary.SILU,
            Unary.ERF,
            Unary.GELU_ERF,
            Unary.GELU_TANH,
            Unary.ELU,
            Unary.SOFTPLUS
        };
        for (Unary f : functions) {
            elements("function " + f, n, () -> Elementwise.unary(workers, scratch, SIMD, f, 1, 1, x, 0, y, 0, n));
        }
        Elementwise add = new Elementwise(SIMD, Binary.ADD, new int[] {n}, new int[] {1}, new int[] {1});
        elements("add", n, () -> add.run(workers, scratch, x, 0, x, 0, y, 0));
        Elementwise row =
                new Elementwise(SIMD, Binary.ADD, new int[] {n / 64, 64}, new int[] {64, 1}, new int[] {0, 1});
        elements("add a row of 64", n, () -> row.run(workers, scratch, x, 0, x, 0, y, 0));
        elements("softmax 512x128", n, () -> Rows.softmax(workers, scratch, SIMD, x, 0, y, 0, 512, 128));
        elements(
                "layer norm 256x256",
                n,
                () -> Rows.layerNorm(workers, scratch, SIMD, 1e-3, x, x, x, 0, y, 0, 256, 256));
    }

    private void recurrent() {
        int u = 128;
        int steps = 100;
        Recurrent.Fn tanh = Recurrent.Fn.of(Unary.TANH);
        Recurrent.Fn sigmoid = Recurrent.Fn.of(Unary.SIGMOID);
        Recurrent lstm = Recurrent.lstm(SIMD, u, filled(u * 4 * u), 0, tanh, sigmoid);
        Recurrent gru = Recurrent.gru(SIMD, u, filled(u * 3 * u), 0, null, true, tanh, sigmoid);
        for (int batch : new int[] {1, 32}) {
            float[] p = filled(batch * steps * 4 * u);
            float[] h = new float[batch * u];
            float[] c = new float[batch * u];
            float[] y = new float[batch * steps * u];
            flops(
                    "lstm " + batch + "x100x128",
                    2.0 * batch * steps * u * 4 * u,
                    () -> lstm.run(
                            workers,
                            scratch,
                            Recurrent.Mode.FORWARD,
                            null,
                            batch,
                            steps,
                            p,
                            0,
                            h,
                            0,
                            c,
                            0,
                            y,
                            0,
                            h,
                            0,
                            c,
                            0));
            flops(
                    "gru " + batch + "x100x128",
                    2.0 * batch * steps * u * 3 * u,
                    () -> gru.run(
                            workers,
                            scratch,
                            Recurrent.Mode.FORWARD,
                            null,
                            batch,
                            steps,
                            p,
                            0,
                            h,
                            0,
                            c,
                            0,
                            y,
                            0,
                            h,
                            0,
                            c,
                            0));
        }
    }

    private static float[] filled(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (i * 7 % 13 - 6) / 8f;
        }
        return x;
    }

    private void flops(String name, double flops, Runnable call) {
        report(name, flops, "GFLOP/s", call);
    }

    private void bytes(String name, double bytes, Runnable call) {
        report(name, bytes, "GB/s", call);
    }

    private void elements(String name, double elements, Runnable call) {
        report(name, elements, "Gelements/s", call);
    }

    private long clock() {
        return workers.size() == 1 ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
    }

    private void report(String name, double amount, String unit, Runnable call) {
        if (!name.contains(only)) {
            return;
        }
        long start = clock();
        long calls = 0;
        while (clock() - start < WARM_UP) {
            call.run();
            calls++;
        }
        long repeat = Math.max(1, calls / 100);
        double[] times = new double[31];
        for (int i = 0; i < times.length; i++) {
            long begin = clock();
            for (long r = 0; r < repeat; r++) {
                call.run();
            }
            times[i] = (clock() - begin) / (double) repeat;
        }
        Arrays.sort(times);
        System.out.printf(
                Locale.ROOT,
                "%-36s %9.1f us  median %6.1f  best %6.1f %s%n",
                name,
                times[15] / 1e3,
                amount / times[15],
                amount / times[0],
                unit);
    }
}
