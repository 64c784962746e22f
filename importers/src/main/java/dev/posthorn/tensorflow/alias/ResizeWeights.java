package dev.posthorn.tensorflow.alias;

/**
 * With which weights n elements along an axis become m: rows of {@code [m×n]}, computed in float32 as TensorFlow's kernels
 * do. Source: tensorflow/core/kernels/image.
 */
final class ResizeWeights {
    private static final int TABLE = 1 << 10;

    private ResizeWeights() {}

    /** How far one element of the result goes in the operand. */
    static float scale(int n, int m, boolean alignCorners) {
        return alignCorners && m > 1 ? (n - 1) / (float) (m - 1) : n / (float) m;
    }

    static float[][] bilinear(int n, int m, boolean alignCorners, boolean halfPixels) {
        float scale = scale(n, m, alignCorners);
        float[][] w = new float[m][n];
        for (int i = 0; i < m; i++) {
            float at = halfPixels ? (i + 0.5f) * scale - 0.5f : i * scale;
            float floor = (float) Math.floor(at);
            int low = Math.max((int) floor, 0);
            int high = Math.min((int) Math.ceil(at), n - 1);
            float part = at - floor;
            w[i][Math.min(low, n - 1)] += 1 - part;
            w[i][Math.max(high, 0)] += part;
        }
        return w;
    }

    /** Four neighbours; beyond the border the last element, or, with half pixels, none. */
    static float[][] bicubic(int n, int m, boolean alignCorners, boolean halfPixels) {
        float scale = scale(n, m, alignCorners);
        double a = halfPixels ? -0.5 : -0.75;
        float[][] w = new float[m][n];
        for (int i = 0; i < m; i++) {
            float at = halfPixels ? (i + 0.5f) * scale - 0.5f : i * scale;
            long floor = (long) Math.floor(at);
            int step = Math.round((at - floor) * TABLE);
            float[] weights = {
                far(a, step / (double) TABLE + 1),
                near(a, step / (double) TABLE),
                near(a, (TABLE - step) / (double) TABLE),
                far(a, (TABLE - step) / (double) TABLE + 1)
            };
            float sum = 0;
            for (int k = 0; k < 4; k++) {
                long place = floor - 1 + k;
                boolean inside = place >= 0 && place < n;
                if (halfPixels && !inside) {
                    weights[k] = 0;
                }
                sum += weights[k];
            }
            for (int k = 0; k < 4; k++) {
                int place = (int) Math.max(Math.min(floor - 1 + k, n - 1), 0);
                boolean normalised = halfPixels && Math.abs(sum) >= 1000 * Float.MIN_NORMAL;
                w[i][place] += normalised ? weights[k] / sum : weights[k];
            }
        }
        return w;
    }

    private static float near(double a, double x) {
        return (float) (((a + 2) * x - (a + 3)) * x * x + 1);
    }

    private static float far(double a, double x) {
        return (float) (((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
    }

    /** Each result is the mean of the stretch of the operand that it covers. */
    static float[][] area(int n, int m, boolean alignCorners) {
        float scale = scale(n, m, alignCorners);
        float[][] w = new float[m][n];
        for (int i = 0; i < m; i++) {
            float from = i * scale;
            float to = (i + 1) * scale;
            for (int k = (int) Math.floor(from); k < Math.ceil(to); k++) {
                float part = k < from ? (k + 1 > to ? scale : k + 1 - from) : k + 1 > to ? to - k : 1;
                w[i][Math.max(Math.min(k, n - 1), 0)] += part / scale;
            }
        }
        return w;
    }

    /** What weighs a neighbour by its distance. */
    enum Kernel {
        LANCZOS1(1),
        LANCZOS3(3),
        LANCZOS5(5),
        GAUSSIAN(1.5f),
        BOX(1),
        TRIANGLE(1),
        KEYSCUBIC(2),
        MITCHELLCUBIC(2);

        private final float radius;

        Kernel(float radius) {
            this.radius = radius;
        }

        /** The kernel of that name, or null. */
        static Kernel of(String name) {
            for (Kernel k : values()) {
                if (k.name().equalsIgnoreCase(name)) {
                    return k;
                }
            }
            return null;
        }

        float at(float distance) {
            float x = Math.abs(distance);
            return switch (this) {
                case LANCZOS1, LANCZOS3, LANCZOS5 -> lanczos(x);
                case GAUSSIAN -> x >= radius ? 0 : (float) Math.exp(-x * x / (2 * 0.5f * 0.5f));
                case BOX -> x < 0.5f ? 1 : x == 0.5f ? 0.5f : 0;
                case TRIANGLE -> x < 1 ? 1 - x : 0;
                case KEYSCUBIC ->
                    x >= 2 ? 0 : x >= 1 ? ((-0.5f * x + 2.5f) * x - 4) * x + 2 : (1.5f * x - 2.5f) * x * x + 1;
                case MITCHELLCUBIC ->
                    x >= 2
                            ? 0
                            : x >= 1
                                    ? ((-7 / 18f * x + 2) * x - 10 / 3f) * x + 16 / 9f
                                    : (7 / 6f * x - 2) * x * x + 8 / 9f;
            };
        }

        private float lanczos(float x) {
            if (x > radius) {
                return 0;
            }
            if (x <= 1e-3) {
                return 1;
            }
            double angle = Math.PI * x;
            return (float) (radius * Math.sin(angle) * Math.sin(angle / radius) / (angle * angle));
        }
    }

    /** Samples under a kernel, wider where the result is smaller and {@code antialias} is on. */
    static float[][] sampled(int n, int m, float scale, float translation, Kernel kernel, boolean antialias) {
        float inverse = 1 / scale;
        float shift = -inverse * translation;
        float stretch = antialias ? Math.max(inverse, 1) : 1;
        float[][] w = new float[m][n];
        for (int i = 0; i < m; i++) {
            float at = (i + 0.5f) * inverse + shift;
            if (at < 0 || at > n) {
                continue;
            }
            int from = (int) Math.ceil(at - kernel.radius * stretch - 0.5f);
            int to = (int) Math.floor(at + kernel.radius * stretch - 0.5f);
            from = Math.max(Math.min(from, n - 1), 0);
            to = Math.max(Math.min(to, n - 1), 0);
            float sum = 0;
            for (int k = from; k <= to; k++) {
                w[i][k] = kernel.at((k + 0.5f - at) / stretch);
                sum += w[i][k];
            }
            for (int k = from; k <= to && Math.abs(sum) >= 1000 * Float.MIN_NORMAL; k++) {
                w[i][k] /= sum;
            }
        }
        return w;
    }
}
