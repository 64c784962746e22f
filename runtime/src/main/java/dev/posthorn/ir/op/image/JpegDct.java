package dev.posthorn.ir.op.image;

/**
 * From coefficients to 8×8, 4×4, 2×2 or 1×1 samples, in the integers of libjpeg. Source: libjpeg-turbo jidctint.c,
 * jidctfst.c, jidctred.c.
 */
final class JpegDct {
    private static final int BITS = 13;
    private static final int PASS = 2;

    /** {@code round(cos(k·π/16)·√2·2^14)} by rows and columns, for the fast way. */
    private static final double[] AAN = {
        1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379
    };

    private JpegDct() {}

    private static int fix(double x) {
        return (int) (x * (1 << BITS) + 0.5);
    }

    private static final int F0_298 = fix(0.298631336);
    private static final int F0_390 = fix(0.390180644);
    private static final int F0_541 = fix(0.541196100);
    private static final int F0_765 = fix(0.765366865);
    private static final int F0_899 = fix(0.899976223);
    private static final int F1_175 = fix(1.175875602);
    private static final int F1_501 = fix(1.501321110);
    private static final int F1_847 = fix(1.847759065);
    private static final int F1_961 = fix(1.961570560);
    private static final int F2_053 = fix(2.053119869);
    private static final int F2_562 = fix(2.562915447);
    private static final int F3_072 = fix(3.072711026);
    private static final int F0_211 = fix(0.211164243);
    private static final int F0_509 = fix(0.509795579);
    private static final int F0_601 = fix(0.601344887);
    private static final int F0_720 = fix(0.720959822);
    private static final int F0_850 = fix(0.850430095);
    private static final int F1_061 = fix(1.061594337);
    private static final int F1_272 = fix(1.272758580);
    private static final int F1_451 = fix(1.451774981);
    private static final int F2_172 = fix(2.172734803);
    private static final int F3_624 = fix(3.624509785);

    private static int round(int x, int bits) {
        return x + (1 << bits - 1) >> bits;
    }

    private static byte sample(int x) {
        return (byte) Math.max(0, Math.min(255, x + 128));
    }

    /**
     * The samples of one block.
     *
     * @param c coefficients, of which {@code from} on 64 are the block's, in rows
     * @param q the quantisation table, in rows
     * @param size 8, 4, 2 or 1
     */
    static void samples(short[] c, int from, int[] q, int size, boolean fast, byte[] to, int at, int stride) {
        switch (size) {
            case 1 -> to[at] = sample(round(c[from] * q[0], 3));
            case 2 -> two(c, from, q, to, at, stride);
            case 4 -> four(c, from, q, to, at, stride);
            default -> {
                if (fast) {
                    fast(c, from, q, to, at, stride);
                } else {
                    eight(c, from, q, to, at, stride);
                }
            }
        }
    }

    private static void eight(short[] c, int from, int[] q, byte[] to, int at, int stride) {
        int[] w = new int[64];
        for (int pass = 0; pass < 2; pass++) {
            int step = pass == 0 ? 8 : 1;
            for (int i = 0; i < 8; i++) {
                int o = pass == 0 ? i : 8 * i;
                int[] x = new int[8];
                for (int k = 0; k < 8; k++) {
                    x[k] = pass == 0 ? c[from + o + 8 * k] * q[o + 8 * k] : w[o + k];
                }
                int z1 = (x[2] + x[6]) * F0_541;
                int t2 = z1 - x[6] * F1_847;
                int t3 = z1 + x[2] * F0_765;
                int t0 = x[0] + x[4] << BITS;
                int t1 = x[0] - x[4] << BITS;
                int e0 = t0 + t3;
                int e3 = t0 - t3;
                int e1 = t1 + t2;
                int e2 = t1 - t2;
                int z5 = (x[7] + x[3] + x[5] + x[1]) * F1_175;
                int z3 = -(x[7] + x[3]) * F1_961 + z5;
                int z4 = -(x[5] + x[1]) * F0_390 + z5;
                int a = -(x[7] + x[1]) * F0_899;
                int b = -(x[5] + x[3]) * F2_562;
                int o0 = x[7] * F0_298 + a + z3;
                int o1 = x[5] * F2_053 + b + z4;
                int o2 = x[3] * F3_072 + b + z3;
                int o3 = x[1] * F1_501 + a + z4;
                int[] y = {e0 + o3, e1 + o2, e2 + o1, e3 + o0, e3 - o0, e2 - o1, e1 - o2, e0 - o3};
                for (int k = 0; k < 8; k++) {
                    if (pass == 0) {
                        w[o + step * k] = round(y[k], BITS - PASS);
                    } else {
                        to[at + i * stride + k] = sample(round(y[k], BITS + PASS + 3));
                    }
                }
            }
        }
    }

    private static void fast(short[] c, int from, int[] q, byte[] to, int at, int stride) {
        int[] w = new int[64];
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < 8; i++) {
                int o = pass == 0 ? i : 8 * i;
                int[] x = new int[8];
                for (int k = 0; k < 8; k++) {
                    x[k] = pass == 0 ? c[from + o + 8 * k] * scaled(q, k, i) : w[o + k];
                }
                int t10 = x[0] + x[4];
                int t11 = x[0] - x[4];
                int t13 = x[2] + x[6];
                int t12 = times(x[2] - x[6], 362) - t13;
                int e0 = t10 + t13;
                int e3 = t10 - t13;
                int e1 = t11 + t12;
                int e2 = t11 - t12;
                int z13 = x[5] + x[3];
                int z10 = x[5] - x[3];
                int z11 = x[1] + x[7];
                int z12 = x[1] - x[7];
                int o7 = z11 + z13;
                int o11 = times(z11 - z13, 362);
                int z5 = times(z10 + z12, 473);
                int o10 = times(z12, 277) - z5;
                int o12 = times(z10, -669) + z5;
                int o6 = o12 - o7;
                int o5 = o11 - o6;
                int o4 = o10 + o5;
                int[] y = {e0 + o7, e1 + o6, e2 + o5, e3 - o4, e3 + o4, e2 - o5, e1 - o6, e0 - o7};
                for (int k = 0; k < 8; k++) {
                    if (pass == 0) {
                        w[o + 8 * k] = y[k];
                    } else {
                        to[at + i * stride + k] = sample(y[k] >> 5);
                    }
                }
            }
        }
    }

    private static int times(int x, int by) {
        return x * by >> 8;
    }

    private static int scaled(int[] q, int row, int column) {
        int scale = (int) (AAN[row] * AAN[column] * (1 << 14) + 0.5);
        return round(q[8 * row + column] * scale, 12);
    }

    private static void four(short[] c, int from, int[] q, byte[] to, int at, int stride) {
        int[] w = new int[32];
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < (pass == 0 ? 8 : 4); i++) {
                if (pass == 0 && i == 4) {
                    continue;
                }
                int[] x = new int[8];
                for (int k = 0; k < 8; k++) {
                    x[k] = pass == 0 ? c[from + i + 8 * k] * q[i + 8 * k] : w[8 * i + k];
                }
                int t0 = x[0] << BITS + 1;
                int t2 = x[2] * F1_847 - x[6] * F0_765;
                int o0 = -x[7] * F0_211 + x[5] * F1_451 - x[3] * F2_172 + x[1] * F1_061;
                int o2 = -x[7] * F0_509 - x[5] * F0_601 + x[3] * F0_899 + x[1] * F2_562;
                int[] y = {t0 + t2 + o2, t0 - t2 + o0, t0 - t2 - o0, t0 + t2 - o2};
                for (int k = 0; k < 4; k++) {
                    if (pass == 0) {
                        w[8 * k + i] = round(y[k], BITS - PASS + 1);
                    } else {
                        to[at + i * stride + k] = sample(round(y[k], BITS + PASS + 4));
                    }
                }
            }
        }
    }

    private static void two(short[] c, int from, int[] q, byte[] to, int at, int stride) {
        int[] w = new int[16];
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < (pass == 0 ? 8 : 2); i++) {
                if (pass == 0 && i % 2 == 0 && i > 0) {
                    continue;
                }
                int[] x = new int[8];
                for (int k = 0; k < 8; k++) {
                    x[k] = pass == 0 ? c[from + i + 8 * k] * q[i + 8 * k] : w[8 * i + k];
                }
                int even = x[0] << BITS + 2;
                int odd = -x[7] * F0_720 + x[5] * F0_850 - x[3] * F1_272 + x[1] * F3_624;
                for (int k = 0; k < 2; k++) {
                    int y = k == 0 ? even + odd : even - odd;
                    if (pass == 0) {
                        w[8 * k + i] = round(y, BITS - PASS + 2);
                    } else {
                        to[at + i * stride + k] = sample(round(y, BITS + PASS + 5));
                    }
                }
            }
        }
    }
}
