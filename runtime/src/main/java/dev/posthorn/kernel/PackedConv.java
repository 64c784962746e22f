package dev.posthorn.kernel;

/** A convolution whose weights are packed before it runs: once, or with each call. Immutable. */
public interface PackedConv {
    /** Floats that weights take which come with a call. */
    int packedSize();

    /** Packs weights for one call into {@code to[at …]}. */
    PackedB[] pack(Workers workers, Scratch scratch, float[] w, int wo, float[] to, int at);

    /** The weights it was made with, or null. */
    PackedB[] weights();

    /** The epilogue it was made with. */
    Epilogue epilogue();

    /** Computes {@code batch} images; the residual (or null) has the layout of y. y must not overlap what is read. */
    void run(
            Workers workers,
            Scratch scratch,
            PackedB[] weights,
            Epilogue epilogue,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro);

    /** As above, with the weights and the epilogue it was made with. */
    default void run(
            Workers workers,
            Scratch scratch,
            int batch,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] residual,
            int ro) {
        run(workers, scratch, weights(), epilogue(), batch, x, xo, y, yo, residual, ro);
    }
}
