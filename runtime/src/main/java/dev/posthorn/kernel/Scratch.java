package dev.posthorn.kernel;

/**
 * Working memory of one thread: an array of each kind that grows to what was asked for and is kept.
 *
 * <p>Each thread of a {@link Workers} pool owns one; a calling thread brings its own, which no other call may use
 * meanwhile. The contents are undefined at the start of a tile, and a second request invalidates the first array only
 * when it is larger; so a kernel asks once per tile for all it needs.
 */
public final class Scratch {
    private final Lines lines = new Lines();
    private float[] floats = new float[0];
    private double[] doubles = new double[0];
    private long[] longs = new long[0];
    private int[] ints = new int[0];
    private int[] moreInts = new int[0];
    private int[] index = new int[0];

    /** An array of at least {@code n} floats with undefined contents; the same one until a longer one is asked for. */
    public float[] floats(int n) {
        if (floats.length < n) {
            floats = new float[Math.max(n, 1024)];
        }
        return floats;
    }

    /** As {@link #floats}. */
    public double[] doubles(int n) {
        if (doubles.length < n) {
            doubles = new double[n];
        }
        return doubles;
    }

    /** As {@link #floats}. */
    public long[] longs(int n) {
        if (longs.length < n) {
            longs = new long[n];
        }
        return longs;
    }

    /** As {@link #floats}. */
    public int[] ints(int n) {
        if (ints.length < n) {
            ints = new int[Math.max(n, 256)];
        }
        return ints;
    }

    /** Another array of integers, besides that of {@link #ints}. */
    int[] moreInts(int n) {
        if (moreInts.length < n) {
            moreInts = new int[Math.max(n, 256)];
        }
        return moreInts;
    }

    /** An array of exactly {@code n} integers, besides the others. */
    int[] index(int n) {
        if (index.length != n) {
            index = new int[n];
        }
        return index;
    }

    Lines lines(int values) {
        return lines.of(values);
    }
}
