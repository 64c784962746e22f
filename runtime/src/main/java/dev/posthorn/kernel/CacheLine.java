package dev.posthorn.kernel;

/**
 * Where cache lines begin in arrays. A vector of 64 bytes that lies in two lines takes two reads; products are up to a third
 * slower so. Where an array lies is the JVM's matter, but one that runs with {@code -XX:ObjectAlignmentInBytes=64} places all
 * alike: the array's 16 bytes of header first, then its elements. It says so by {@code -Dposthorn.aligned=true}, for a runtime
 * cannot ask it without what takes long to load.
 */
public final class CacheLine {
    /** Floats of a line. */
    public static final int FLOATS = 16;

    /** The first float of an array that begins a line, as far as is known; what is to be aligned begins there. */
    public static final int FIRST = Boolean.getBoolean("posthorn.aligned") ? FLOATS - 4 : 0;

    private CacheLine() {}

    /** The first place from n on where a line begins. */
    static int after(int n) {
        return n + Math.floorMod(FIRST - n, FLOATS);
    }

    /** An array of {@code n} floats after {@link #FIRST}. */
    static float[] floats(int n) {
        return new float[Math.addExact(FIRST, n)];
    }
}
