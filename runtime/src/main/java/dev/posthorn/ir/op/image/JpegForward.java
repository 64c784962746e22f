package dev.posthorn.ir.op.image;

/** From 8×8 samples to coefficients, eight times as large, in the integers of libjpeg. Source: libjpeg jfdctint.c. */
final class JpegForward {
    private static final int BITS = 13;
    private static final int PASS = 2;

    private JpegForward() {}

    private static int fix(double x) {
        return (int) (x * (1 << BITS) + 0.5);
    }

    private static int round(int x, int bits) {
        return x + (1 << bits - 1) >> bits;
    }

    /** The coefficients of a block in its place: rows first, then columns. */
    static void transform(int[] x) {
        for (int i = 0; i < 8; i++) {
            line(x, 8 * i, 1, true);
        }
        for (int i = 0; i < 8; i++) {
            line(x, i, 8, false);
        }
    }

    private static void line(int[] x, int at, int step, boolean first) {
        int[] v = new int[8];
        for (int k = 0; k < 8; k++) {
            v[k] = x[at + step * k];
        }
        int t0 = v[0] + v[7];
        int t7 = v[0] - v[7];
        int t1 = v[1] + v[6];
        int t6 = v[1] - v[6];
        int t2 = v[2] + v[5];
        int t5 = v[2] - v[5];
        int t3 = v[3] + v[4];
        int t4 = v[3] - v[4];
        int t10 = t0 + t3;
        int t13 = t0 - t3;
        int t11 = t1 + t2;
        int t12 = t1 - t2;
        int down = first ? BITS - PASS : BITS + PASS;
        x[at] = first ? t10 + t11 << PASS : round(t10 + t11, PASS);
        x[at + 4 * step] = first ? t10 - t11 << PASS : round(t10 - t11, PASS);
        int e = (t12 + t13) * fix(0.541196100);
        x[at + 2 * step] = round(e + t13 * fix(0.765366865), down);
        x[at + 6 * step] = round(e - t12 * fix(1.847759065), down);
        int z1 = -(t4 + t7) * fix(0.899976223);
        int z2 = -(t5 + t6) * fix(2.562915447);
        int z5 = (t4 + t6 + t5 + t7) * fix(1.175875602);
        int z3 = -(t4 + t6) * fix(1.961570560) + z5;
        int z4 = -(t5 + t7) * fix(0.390180644) + z5;
        x[at + 7 * step] = round(t4 * fix(0.298631336) + z1 + z3, down);
        x[at + 5 * step] = round(t5 * fix(2.053119869) + z2 + z4, down);
        x[at + 3 * step] = round(t6 * fix(3.072711026) + z2 + z3, down);
        x[at + step] = round(t7 * fix(1.501321110) + z1 + z4, down);
    }
}
