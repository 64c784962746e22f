package dev.posthorn.file;

/**
 * Which files are so large that weights stay in them until a plan packs them, so that memory holds what plans make of them and
 * not the weights as well. Such files stay open as long as a weight may be read; the collector closes them.
 */
public final class Large {
    /** Set by {@code -Dposthorn.large=BYTES}. */
    private static final long BYTES = Long.getLong("posthorn.large", 1L << 30);

    private Large() {}

    /** Whether a file of so many bytes is large. */
    public static boolean is(long bytes) {
        return bytes > BYTES;
    }
}
