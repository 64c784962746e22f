package dev.posthorn.kernel;

/** Changes of type between registers: to integers toward zero and wrapped. */
final class Casts {
    private Casts() {}

    static void run(Program.Register from, Object x, int xo, Storage to, Object y, int yo, int n) {
        switch (from) {
            case FLOAT -> floats((float[]) x, xo, to, y, yo, n);
            case DOUBLE -> doubles((double[]) x, xo, to, y, yo, n);
            default -> longs((long[]) x, xo, to, y, yo, n);
        }
    }

    private static void floats(float[] x, int xo, Storage to, Object y, int yo, int n) {
        switch (to.register) {
            case FLOAT -> System.arraycopy(x, xo, y, yo, n);
            case DOUBLE -> {
                double[] d = (double[]) y;
                for (int i = 0; i < n; i++) {
                    d[yo + i] = x[xo + i];
                }
            }
            default -> {
                long[] l = (long[]) y;
                for (int i = 0; i < n; i++) {
                    l[yo + i] = (long) x[xo + i];
                }
                to.wrap(l, yo, n);
            }
        }
    }

    private static void doubles(double[] x, int xo, Storage to, Object y, int yo, int n) {
        switch (to.register) {
            case FLOAT -> {
                float[] f = (float[]) y;
                for (int i = 0; i < n; i++) {
                    f[yo + i] = (float) x[xo + i];
                }
            }
            case DOUBLE -> System.arraycopy(x, xo, y, yo, n);
            default -> {
                long[] l = (long[]) y;
                for (int i = 0; i < n; i++) {
                    l[yo + i] = (long) x[xo + i];
                }
                to.wrap(l, yo, n);
            }
        }
    }

    private static void longs(long[] x, int xo, Storage to, Object y, int yo, int n) {
        switch (to.register) {
            case FLOAT -> {
                float[] f = (float[]) y;
                for (int i = 0; i < n; i++) {
                    f[yo + i] = x[xo + i];
                }
            }
            case DOUBLE -> {
                double[] d = (double[]) y;
                for (int i = 0; i < n; i++) {
                    d[yo + i] = x[xo + i];
                }
            }
            default -> {
                long[] l = (long[]) y;
                System.arraycopy(x, xo, l, yo, n);
                to.wrap(l, yo, n);
            }
        }
    }
}
