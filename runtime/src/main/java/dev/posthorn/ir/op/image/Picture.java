package dev.posthorn.ir.op.image;

import dev.posthorn.model.ShapeException;

/**
 * A picture that was read, {@code values[frames×height×width×channels]}.
 *
 * @param wide whether values go to 65535, else to 255
 */
record Picture(int frames, int height, int width, int channels, boolean wide, short[] values) {
    private static final long MOST = 1L << 29;

    /** A picture to be filled; its size is checked before there is memory for it. */
    static Picture of(int frames, long height, long width, int channels, boolean wide) {
        boolean fits = height > 0 && width > 0 && height <= 1 << 27 && width <= 1 << 27;
        if (!fits || frames < 1 || frames * height > MOST / width / channels) {
            throw new ShapeException("expected a picture of at most 2^29 values but was " + frames + "×" + height + "×"
                    + width + "×" + channels);
        }
        int size = Math.toIntExact(frames * height * width * channels);
        return new Picture(frames, (int) height, (int) width, channels, wide, new short[size]);
    }

    static ShapeException broken(String format, String what) {
        return new ShapeException("expected a " + format + " file but was broken (" + what + ")");
    }
}
