package dev.posthorn.kernel;

import java.util.Arrays;

/**
 * Which taps of a window lie inside the image, for every output pixel: pixels are grouped in runs along a row that have
 * the same taps, so that border and interior are the same code and nothing is padded. Immutable.
 */
final class Taps {
    final Window window;
    /** Where each tap is, relative to the window's tap (0, 0): one list after another, {@link #lists} by lists. */
    final int[] at;

    private final int[] tap;
    private final int channels;
    /** List of the taps of a row class and a column class: begins at [r·cols + c], ends at the next. */
    private final int[] begin;

    private final int[] rowClass;
    private final int colClasses;
    /** Runs of output columns of one class: first column; one more than there are runs. */
    private final int[] runAt;

    /** A run of output pixels: taps t0 … t1 − 1, the input of the first pixel, its number, how many. */
    interface Run {
        void run(int t0, int t1, int xAt, int pixel, int pixels);
    }

    Taps(Window window, int channels) {
        this.window = window;
        this.channels = channels;
        int[] rowLow = new int[window.outH() + 1];
        int[] rowHigh = new int[window.outH() + 1];
        rowClass = new int[window.outH()];
        int rowClasses = classes(
                window.outH(),
                window.h(),
                window.kh(),
                window.sh(),
                window.dh(),
                window.top(),
                rowClass,
                rowLow,
                rowHigh);
        int[] colLow = new int[window.outW() + 1];
        int[] colHigh = new int[window.outW() + 1];
        int[] colClass = new int[window.outW()];
        colClasses = classes(
                window.outW(),
                window.w(),
                window.kw(),
                window.sw(),
                window.dw(),
                window.left(),
                colClass,
                colLow,
                colHigh);
        begin = new int[rowClasses * colClasses + 1];
        int total = 0;
        for (int r = 0; r < rowClasses; r++) {
            for (int c = 0; c < colClasses; c++) {
                begin[r * colClasses + c] = total;
                total += (rowHigh[r] - rowLow[r]) * (colHigh[c] - colLow[c]);
            }
        }
        begin[rowClasses * colClasses] = total;
        at = new int[total];
        tap = new int[total];
        int t = 0;
        for (int r = 0; r < rowClasses; r++) {
            for (int c = 0; c < colClasses; c++) {
                for (int p = rowLow[r]; p < rowHigh[r]; p++) {
                    for (int q = colLow[c]; q < colHigh[c]; q++, t++) {
                        at[t] = (p * window.dh() * window.w() + q * window.dw()) * channels;
                        tap[t] = p * window.kw() + q;
                    }
                }
            }
        }
        int[] runs = new int[window.outW() + 1];
        int count = 0;
        for (int j = 0; j < window.outW(); j++) {
            if (j == 0 || colClass[j] != colClass[j - 1]) {
                runs[count++] = j;
            }
        }
        runs[count] = window.outW();
        runAt = Arrays.copyOf(runs, count + 1);
    }

    /**
     * Taps low … high − 1 lie inside, for each output along one axis. Classes are numbered as they first appear along the
     * axis; a class that returns later is a new one, which costs nothing.
     */
    private static int classes(
            int outputs,
            int size,
            int kernel,
            int stride,
            int dilation,
            int pad,
            int[] classOf,
            int[] low,
            int[] high) {
        int classes = 0;
        for (int o = 0; o < outputs; o++) {
            int first = o * stride - pad;
            int lo = first >= 0 ? 0 : Math.min(kernel, (-first + dilation - 1) / dilation);
            int hi = first >= size ? 0 : Math.min(kernel, (size - first + dilation - 1) / dilation);
            hi = Math.max(lo, hi);
            if (classes == 0 || low[classes - 1] != lo || high[classes - 1] != hi) {
                low[classes] = lo;
                high[classes] = hi;
                classes++;
            }
            classOf[o] = classes - 1;
        }
        return classes;
    }

    /** For each tap of each list, its number in the window times {@code scale}. */
    int[] scaledTaps(int scale) {
        int[] scaled = new int[tap.length];
        for (int t = 0; t < tap.length; t++) {
            scaled[t] = tap[t] * scale;
        }
        return scaled;
    }

    /** All runs of the output rows from … to − 1. */
    void forEachRun(int from, int to, Run run) {
        for (int i = from; i < to; i++) {
            for (int r = 0; r + 1 < runAt.length; r++) {
                int j = runAt[r];
                int list = rowClass[i] * colClasses + r;
                int x = ((i * window.sh() - window.top()) * window.w() + j * window.sw() - window.left()) * channels;
                run.run(begin[list], begin[list + 1], x, i * window.outW() + j, runAt[r + 1] - j);
            }
        }
    }

    /** Output rows of a tile: enough work to be worth handing over, few enough to share out. */
    int rowsPerTile(Workers workers, int batch) {
        if (workers.size() == 1) {
            return Math.max(1, Math.min(window.outH(), 8));
        }
        long perRow = Math.max(1, (long) window.outW() * channels * window.kh() * window.kw());
        long least = Math.max(1, (1 << 15) / perRow);
        long most = Math.max(1, (long) batch * window.outH() / (4L * workers.size()));
        return (int) Math.min(window.outH(), Math.max(least, Math.min(most, 8)));
    }
}
