package dev.posthorn.tools.bench;

import dev.posthorn.kernel.Epilogue;
import dev.posthorn.kernel.Gemm;
import dev.posthorn.kernel.PackedB;
import dev.posthorn.kernel.Scratch;
import dev.posthorn.kernel.Workers;
import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.Locale;

/**
 * Speed of single kernels: {@code KernelBench [threads [word in the name]]}. Each is warmed up for a second, then timed
 * 31 times over at least 10 ms; the median and the fastest count.
 */
public final class KernelBench {
  private static final Simd SIMD = Simd.best();

  private static final long WARM_UP = Long.getLong("warmup.ms", 1000) * 1_000_000;

  private KernelBench() {}

  public static void main(String[] args) {
    int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    String only = args.length > 1 ? args[1] : "";
    System.out.printf("Java %s, %s, %d threads%n", Runtime.version(), SIMD.name(), threads);
    try (Workers workers = Workers.of(threads)) {
      Bench bench = new Bench(workers, new Scratch(), only);
      gemm(bench);
    }
  }

  private static void gemm(Bench bench) {
    int[][] shapes = {
      {64, 64, 64}, {256, 256, 256}, {1024, 1024, 1024}, {1, 1000, 1024}, {49, 512, 512}, {3136, 64, 64}, {12544, 32, 27},
      {128, 3072, 768}, {784, 24, 144}, {1, 512, 128}, {32, 512, 128}
    };
    for (int[] s : shapes) {
      int m = s[0];
      int n = s[1];
      int k = s[2];
      float[] a = filled(m * k);
      float[] c = new float[m * n];
      PackedB b = PackedB.of(SIMD, k, n, filled(k * n), 0, n);
      bench.flops("gemm " + m + "x" + n + "x" + k, 2.0 * m * n * k, () ->
          Gemm.run(bench.workers, bench.scratch, m, a, 0, k, b, c, 0, n, Epilogue.NONE, null, 0));
    }
  }

  static float[] filled(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (i * 7 % 13 - 6) / 8f;
    }
    return x;
  }

  private record Bench(Workers workers, Scratch scratch, String only) {
    /** Operations per second. */
    void flops(String name, double flops, Runnable call) {
      report(name, flops, "GFLOP/s", call);
    }

    private void report(String name, double amount, String unit, Runnable call) {
      if (!name.contains(only)) {
        return;
      }
      long start = System.nanoTime();
      long calls = 0;
      while (System.nanoTime() - start < WARM_UP) {
        call.run();
        calls++;
      }
      long repeat = Math.max(1, calls / 100);
      double[] times = new double[31];
      for (int i = 0; i < times.length; i++) {
        long begin = System.nanoTime();
        for (long r = 0; r < repeat; r++) {
          call.run();
        }
        times[i] = (System.nanoTime() - begin) / (double) repeat;
      }
      Arrays.sort(times);
      System.out.printf(Locale.ROOT, "%-36s %9.1f us  median %6.1f  best %6.1f %s%n", name, times[15] / 1e3,
          amount / times[15], amount / times[0], unit);
    }
  }
}
