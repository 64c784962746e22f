package dev.posthorn.train.initializer;

import java.util.Map;

/** Window functions by their names, as sums of cosines. Source: scipy.signal.get_window. */
final class Window {
    /** The factors of {@code cos(2πk n / (N − 1))}, with signs in turn. */
    private static final Map<String, double[]> COSINES = Map.ofEntries(
            Map.entry("boxcar", new double[] {1}),
            Map.entry("box", new double[] {1}),
            Map.entry("ones", new double[] {1}),
            Map.entry("rect", new double[] {1}),
            Map.entry("rectangular", new double[] {1}),
            Map.entry("hann", new double[] {0.5, 0.5}),
            Map.entry("han", new double[] {0.5, 0.5}),
            Map.entry("hamming", new double[] {0.54, 0.46}),
            Map.entry("hamm", new double[] {0.54, 0.46}),
            Map.entry("ham", new double[] {0.54, 0.46}),
            Map.entry("blackman", new double[] {0.42, 0.5, 0.08}),
            Map.entry("black", new double[] {0.42, 0.5, 0.08}),
            Map.entry("blk", new double[] {0.42, 0.5, 0.08}),
            Map.entry("nuttall", new double[] {0.3635819, 0.4891775, 0.1365995, 0.0106411}),
            Map.entry("blackmanharris", new double[] {0.35875, 0.48829, 0.14128, 0.01168}),
            Map.entry("flattop", new double[] {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}));

    private Window() {}

    static void check(String name) {
        if (!COSINES.containsKey(name)) {
            throw new IllegalArgumentException("expected a window of " + COSINES.keySet() + " but was '" + name + "'");
        }
    }

    /** {@code n} values; periodic ones lack the last of n + 1. */
    static double[] of(String name, int n, boolean periodic) {
        double[] factors = COSINES.get(name);
        double[] w = new double[n];
        int last = periodic ? n : n - 1;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < factors.length; k++) {
                w[i] += (k % 2 == 0 ? 1 : -1) * factors[k] * Math.cos(2 * Math.PI * k * i / Math.max(last, 1));
            }
        }
        if (n == 1) {
            w[0] = 1;
        }
        return w;
    }
}
