package dev.posthorn.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Copies a box of elements between two arrays of one type, each walked with its own steps:
 * {@code y[yo + Σ i·ySteps] = x[xo + Σ i·xSteps]} for every index i of {@code dims}. Steps may be zero (broadcasting) or
 * negative (reversing) in x. Transpositions, slices, concatenations, paddings and broadcasts are all this. Axes that run
 * on into each other are one; whole rows are copied where both sides are contiguous.
 */
public final class StridedCopy {
    private final int[] dims;
    private final int[] xSteps;
    private final int[] ySteps;
    private final int size;

    /** The box, and the steps of both sides in elements, axis by axis. */
    public StridedCopy(int[] dims, int[] xSteps, int[] ySteps) {
        List<int[]> axes = new ArrayList<>();
        long n = 1;
        for (int a = 0; a < dims.length; a++) {
            n *= dims[a];
            int[] last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
            if (dims[a] == 1) {
                continue;
            }
            if (last != null && last[1] == dims[a] * xSteps[a] && last[2] == dims[a] * ySteps[a]) {
                axes.set(axes.size() - 1, new int[] {last[0] * dims[a], xSteps[a], ySteps[a]});
            } else {
                axes.add(new int[] {dims[a], xSteps[a], ySteps[a]});
            }
        }
        if (axes.isEmpty()) {
            axes.add(new int[] {1, 1, 1});
        }
        this.dims = axes.stream().mapToInt(a -> a[0]).toArray();
        this.xSteps = axes.stream().mapToInt(a -> a[1]).toArray();
        this.ySteps = axes.stream().mapToInt(a -> a[2]).toArray();
        this.size = Math.toIntExact(n);
    }

    /** Copies; x and y are arrays of one class. */
    public void run(Workers workers, Scratch scratch, Object x, int xo, Object y, int yo) {
        if (size == 0) {
            return;
        }
        int rest = size / dims[0];
        int tiles = dims.length == 1 || size < 1 << 15 ? 1 : Math.min(dims[0], 4 * workers.size());
        workers.run(tiles, scratch, (t, s) -> {
            int from = (int) ((long) dims[0] * t / tiles);
            int to = (int) ((long) dims[0] * (t + 1) / tiles);
            if (dims.length == 1) {
                row(x, xo, xSteps[0], y, yo, ySteps[0], size);
            } else {
                box(x, xo + from * xSteps[0], y, yo + from * ySteps[0], (to - from) * rest);
            }
        });
    }

    /** {@code count} elements, a multiple of the box below the first axis, from the given starts. */
    private void box(Object x, int xo, Object y, int yo, int count) {
        int last = dims.length - 1;
        int inner = dims[last];
        int[] index = new int[last];
        for (int done = 0; done < count; done += inner) {
            row(x, xo, xSteps[last], y, yo, ySteps[last], inner);
            for (int a = last - 1; a >= 0; a--) {
                xo += xSteps[a];
                yo += ySteps[a];
                if (++index[a] < dims[a]) {
                    break;
                }
                xo -= xSteps[a] * dims[a];
                yo -= ySteps[a] * dims[a];
                index[a] = 0;
            }
        }
    }

    private static void row(Object x, int xo, int xStep, Object y, int yo, int yStep, int n) {
        if (xStep == 1 && yStep == 1) {
            System.arraycopy(x, xo, y, yo, n);
        } else if (x instanceof float[] from && y instanceof float[] to) {
            for (int i = 0; i < n; i++) {
                to[yo + i * yStep] = from[xo + i * xStep];
            }
        } else {
            for (int i = 0; i < n; i++) {
                System.arraycopy(x, xo + i * xStep, y, yo + i * yStep, 1);
            }
        }
    }
}
