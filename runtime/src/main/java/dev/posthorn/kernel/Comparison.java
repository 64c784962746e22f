package dev.posthorn.kernel;

/** Relations of two elements; 1 where they hold, else 0. */
public enum Comparison {
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE;

    /** Whether it holds; never with a NaN, but for NE. */
    public boolean holds(double a, double b) {
        return switch (this) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
        };
    }

    void run(double[] a, int ao, double[] b, int bo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = holds(a[ao + i], b[bo + i]) ? 1 : 0;
        }
    }

    void run(long[] a, int ao, long[] b, int bo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            int order = Long.compare(a[ao + i], b[bo + i]);
            y[yo + i] = holds(order, 0) ? 1 : 0;
        }
    }
}
