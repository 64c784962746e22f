package dev.posthorn.kernel;

/** Where the values of a {@link Program} are for one tile: arrays and positions, of operands, registers and results. */
final class Lines {
    Object[] array = {};
    int[] at = {};
    /** The first element of the tile in the result's order. */
    int from;

    /** Room for that many values. */
    Lines of(int values) {
        if (array.length < values) {
            array = new Object[values];
            at = new int[values];
        }
        return this;
    }

    float[] floats(int v) {
        return (float[]) array[v];
    }

    double[] doubles(int v) {
        return (double[]) array[v];
    }

    long[] longs(int v) {
        return (long[]) array[v];
    }
}
