package dev.posthorn.kernel;

import java.util.ArrayList;
import java.util.List;

/** Some elements of an operand in the order of a box over which it stretches. */
final class Expansion {
    /** Elements of a row that is copied by doubling. */
    private static final int SHORT = 256;

    private final Storage storage;
    private final int[] dims;
    private final int[] steps;

    /** The box, as {@link #box} makes it. */
    Expansion(Storage storage, int[] dims, int[] steps) {
        this.storage = storage;
        this.dims = dims;
        this.steps = steps;
    }

    /** Dimensions and steps with axes that run on into each other made one, and those of length 1 left out. */
    static int[][] box(int[] dims, int[] steps) {
        List<int[]> axes = new ArrayList<>();
        for (int a = 0; a < dims.length; a++) {
            if (dims[a] == 1) {
                continue;
            }
            int[] last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
            if (last != null && last[1] == dims[a] * steps[a]) {
                axes.set(axes.size() - 1, new int[] {last[0] * dims[a], steps[a]});
            } else {
                axes.add(new int[] {dims[a], steps[a]});
            }
        }
        if (axes.isEmpty()) {
            axes.add(new int[] {1, 0});
        }
        return new int[][] {
            axes.stream().mapToInt(x -> x[0]).toArray(),
            axes.stream().mapToInt(x -> x[1]).toArray()
        };
    }

    /** Elements {@code from} … {@code from + n − 1} of the box. */
    void run(Object x, int xo, int from, int n, Object y, int yo) {
        int last = dims.length - 1;
        int inner = dims[last];
        int done = 0;
        int copied = n;
        if (inner <= SHORT && repeats()) {
            // One row after the other would be many short copies: what is there already is copied, ever more of it.
            copied = Math.min(n, inner);
        }
        while (done < copied) {
            int row = (from + done) / inner;
            int column = (from + done) % inner;
            int at = xo + column * steps[last];
            for (int a = last - 1; a >= 0; a--) {
                at += row % dims[a] * steps[a];
                row /= dims[a];
            }
            int count = Math.min(inner - column, copied - done);
            storage.load(x, at, steps[last], y, yo + done, count);
            done += count;
        }
        for (int count; done < n; done += count) {
            count = Math.min(done, n - done);
            System.arraycopy(y, yo, y, yo + done, count);
        }
    }

    /** Whether all rows are the same. */
    private boolean repeats() {
        for (int a = 0; a < steps.length - 1; a++) {
            if (steps[a] != 0) {
                return false;
            }
        }
        return true;
    }
}
