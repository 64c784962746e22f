package dev.posthorn.kernel.simd;

/**
 * A step of an LSTM from its gates, n a multiple of L: the loops of {@link VectorExp} and {@link VectorMath} one after the
 * other, with nothing between them. The factor of the logistic function spares what multiplies by a gate.
 */
final class VectorLstm {
    private VectorLstm() {}

    /** As {@link Simd#lstm}; t has room for n values, and as many again {@code part} behind them. */
    static void step(
            int n, float[] g, int go, float[] c, int co, float[] h, int ho, float[] ones, float[] t, int part) {
        int forget = go + n;
        int candidate = forget + n;
        int output = candidate + n;
        VectorExp.expAbs(2, g, candidate, t, 0, n);
        VectorMath.tanh(t, 0, g, candidate, g, candidate, n);
        VectorExp.logistic(1, g, forget, ones, 0, t, 0, part, g, forget, n);
        VectorExp.logistic(1, g, go, g, candidate, t, 0, part, g, go, n);
        VectorRuns.multiplyAdd(g, forget, c, co, g, go, c, co, n);
        VectorExp.expAbs(2, c, co, t, 0, n);
        VectorMath.tanh(t, 0, c, co, h, ho, n);
        VectorExp.logistic(1, g, output, h, ho, t, 0, part, h, ho, n);
    }
}
