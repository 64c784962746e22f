package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;

/**
 * y[b, i, o] = f(Σ x[b, i, c] · s[b, c] · w[c, o] + bias[o] + residual[b, i, o]) for all pixels i of an image b: the rows of w
 * are scaled once for each image, where there are fewer of its columns than pixels, so that x is read once and not written.
 * Prepared once; immutable.
 */
public final class ScaledPointwise {
    private final Simd simd;
    private final int pixels;
    private final PackedB weights;
    private final Epilogue epilogue;

    /** Packs w[cin × cout]. */
    public ScaledPointwise(Simd simd, int pixels, int cin, int cout, float[] w, Epilogue epilogue) {
        this.simd = simd;
        this.pixels = pixels;
        this.weights = PackedB.of(simd, cin, cout, w, 0, cout);
        this.epilogue = epilogue;
    }

    /** Floats that the scaled weights take. */
    public int room() {
        return PackedB.size(simd, weights.k, weights.n);
    }

    /** Computes {@code batch} images, with {@link #room} floats from {@code part[po]} on; y must not overlap what is read. */
    public void run(
            Workers workers,
            Scratch scratch,
            int batch,
            float[] x,
            int xo,
            float[] s,
            int so,
            float[] part,
            int po,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        int cin = weights.k;
        int cout = weights.n;
        PackedB scaled = PackedB.in(simd, cin, cout, part, po);
        for (int b = 0; b < batch; b++) {
            for (int p = 0; p < weights.panels; p++) {
                int from = weights.offset(p);
                simd.timesRows(s, so + b * cin, weights.data, from, cin, weights.width(p), part, scaled.offset(p));
            }
            int to = b * pixels * cout;
            Gemm.run(
                    workers,
                    scratch,
                    pixels,
                    x,
                    xo + b * pixels * cin,
                    cin,
                    scaled,
                    y,
                    yo + to,
                    cout,
                    epilogue,
                    residual,
                    ro + to);
        }
    }
}
