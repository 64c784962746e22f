package dev.posthorn.kernel;

/**
 * A window that slides over any number of axes: at place o and tap k it meets position {@code o·stride + k·dilation − low},
 * where element i of the input is at position {@code i·spread}; other positions hold nothing. One entry an axis.
 */
public record Grid(int[] in, int[] out, int[] size, int[] stride, int[] dilation, int[] low, int[] spread) {
    /** The number of axes. */
    int rank() {
        return in.length;
    }

    /** Taps of the window. */
    int taps() {
        return product(size);
    }

    /** Places of the window. */
    int places() {
        return product(out);
    }

    /** Elements of the input. */
    int cells() {
        return product(in);
    }

    static int product(int[] dims) {
        int n = 1;
        for (int d : dims) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    /** Which element place o meets with tap k along an axis: at {@code [o·size + k]}, −1 where none. */
    int[] meets(int axis) {
        int[] table = new int[out[axis] * size[axis]];
        for (int o = 0; o < out[axis]; o++) {
            for (int k = 0; k < size[axis]; k++) {
                int position = o * stride[axis] + k * dilation[axis] - low[axis];
                boolean inside = position >= 0 && position % spread[axis] == 0 && position / spread[axis] < in[axis];
                table[o * size[axis] + k] = inside ? position / spread[axis] : -1;
            }
        }
        return table;
    }

    /** Index {@code flat} of a box, axis by axis. */
    static void unravel(int flat, int[] dims, int[] index) {
        for (int a = dims.length - 1; a >= 0; a--) {
            index[a] = flat % dims[a];
            flat /= dims[a];
        }
    }
}
