package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of n values, n a multiple of L, made weights e^(x − max) one after the other. What a row has in its lanes is laid down,
 * and lanes are brought together for all rows at once: of one row alone, each step would wait for the one before it. Results
 * are those of {@link Simd#max} and {@link Simd#expSum}, to the bit.
 */
final class VectorSoftmax {
    private VectorSoftmax() {}

    /** As {@link Simd#expRows}. */
    static void rows(int rows, int n, float[] x, int xo, float[] sums, int so) {
        for (int r = 0; r < rows; r++) {
            max(x, xo + r * n, n, sums, so + r * L);
        }
        for (int half = L / 2; half > 0; half /= 2) {
            maxHalves(rows, half, sums, so);
        }
        for (int r = 0; r < rows; r++) {
            exp(sums[so + r * L], x, xo + r * n, n);
        }
        for (int r = 0; r < rows; r++) {
            sum(x, xo + r * n, n, sums, so + r * L);
        }
        for (int half = L / 2; half > 0; half /= 2) {
            addHalves(rows, half, sums, so);
        }
    }

    /** As {@link Simd#divideRows}. */
    static void divide(int rows, int n, float[] y, int yo, int ld, float[] sums, int so) {
        for (int r = 0; r < rows; r++, yo += ld) {
            FloatVector factor = FloatVector.broadcast(S, 1 / sums[so + r * L]);
            for (int i = 0; i < n; i += L) {
                FloatVector.fromArray(S, y, yo + i).mul(factor).intoArray(y, yo + i);
            }
        }
    }

    /** The largest of each lane; NaN is left out, as its row becomes NaN all the same. */
    private static void max(float[] x, int xo, int n, float[] to, int at) {
        FloatVector m = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xo + i);
            m = m.blend(v, v.compare(VectorOperators.GT, m));
        }
        m.intoArray(to, at);
    }

    /** The order of {@link VectorRuns#sumLanes}. */
    private static void sum(float[] x, int xo, int n, float[] to, int at) {
        FloatVector s0 = FloatVector.broadcast(S, 0f);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            s0 = FloatVector.fromArray(S, x, xo + i).add(s0);
            s1 = FloatVector.fromArray(S, x, xo + i + L).add(s1);
            s2 = FloatVector.fromArray(S, x, xo + i + 2 * L).add(s2);
            s3 = FloatVector.fromArray(S, x, xo + i + 3 * L).add(s3);
        }
        for (; i < n; i += L) {
            s0 = FloatVector.fromArray(S, x, xo + i).add(s0);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(to, at);
    }

    private static void maxHalves(int rows, int half, float[] to, int at) {
        for (int r = 0; r < rows; r++, at += L) {
            FloatVector m = FloatVector.fromArray(S, to, at);
            FloatVector v = FloatVector.fromArray(S, to, at + half);
            m.blend(v, v.compare(VectorOperators.GT, m)).intoArray(to, at);
        }
    }

    private static void addHalves(int rows, int half, float[] to, int at) {
        for (int r = 0; r < rows; r++, at += L) {
            FloatVector.fromArray(S, to, at)
                    .add(FloatVector.fromArray(S, to, at + half))
                    .intoArray(to, at);
        }
    }

    /**
     * x = e^(x − shift), x ≤ shift; see {@link VectorExp#exp}. With more than 325 bytes it is not inlined, so that what is
     * inlined stays below the bound that {@link VectorExp} speaks of.
     */
    private static void exp(float shift, float[] x, int xo, int n) {
        FloatVector low = FloatVector.broadcast(S, -104f);
        FloatVector log2e = FloatVector.broadcast(S, VectorExp.LOG2E);
        FloatVector magic = FloatVector.broadcast(S, VectorExp.MAGIC);
        FloatVector ln2High = FloatVector.broadcast(S, -VectorExp.LN2_HI);
        FloatVector ln2Low = FloatVector.broadcast(S, -VectorExp.LN2_LO);
        FloatVector q4 = FloatVector.broadcast(S, VectorExp.Q4);
        FloatVector q3 = FloatVector.broadcast(S, VectorExp.Q3);
        FloatVector q2 = FloatVector.broadcast(S, VectorExp.Q2);
        FloatVector q1 = FloatVector.broadcast(S, VectorExp.Q1);
        FloatVector q0 = FloatVector.broadcast(S, VectorExp.Q0);
        FloatVector origin = FloatVector.broadcast(S, shift);
        for (int i = 0; i < n; i += L) {
            FloatVector c = FloatVector.fromArray(S, x, xo + i).sub(origin);
            c = c.blend(low, c.compare(VectorOperators.LT, low));
            FloatVector z = c.fma(log2e, magic);
            FloatVector kf = z.sub(magic);
            FloatVector r = kf.fma(ln2Low, kf.fma(ln2High, c));
            FloatVector m =
                    q4.fma(r, q3).fma(r, q2).fma(r, q1).fma(r, q0).mul(r).fma(r, r);
            IntVector k = z.reinterpretAsInts();
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector s1 = half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            IntVector rest = k.sub(half);
            FloatVector s2 = rest.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            m.fma(s1, s1).mul(s2).intoArray(x, xo + i);
        }
    }
}
