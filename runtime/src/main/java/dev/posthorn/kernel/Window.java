package dev.posthorn.kernel;

import java.util.Arrays;

/**
 * How a window of kh × kw passes over an image of h × w: strides, dilations and the rows and columns of padding.
 *
 * <p>Output size: ⌊(h + top + bottom − (kh − 1)·dh − 1) / sh⌋ + 1, and 0 where the window does not fit; likewise the
 * width.
 */
public record Window(
        int h, int w, int kh, int kw, int sh, int sw, int dh, int dw, int top, int left, int bottom, int right) {
    /** Checks that sizes are not negative and strides and dilations at least 1. */
    public Window {
        if (h < 0
                || w < 0
                || kh < 1
                || kw < 1
                || sh < 1
                || sw < 1
                || dh < 1
                || dw < 1
                || top < 0
                || left < 0
                || bottom < 0
                || right < 0) {
            throw new IllegalArgumentException(
                    "Window: expected sizes >= 0, window, strides and dilations >= 1 but was " + h
                            + "x" + w + " window " + kh + "x" + kw + " strides " + sh + "x" + sw + " dilations " + dh
                            + "x" + dw
                            + " padding " + top + " " + left + " " + bottom + " " + right);
        }
    }

    /** A window without padding. */
    public static Window valid(int h, int w, int kh, int kw, int sh, int sw) {
        return new Window(h, w, kh, kw, sh, sw, 1, 1, 0, 0, 0, 0);
    }

    /** TensorFlow's SAME: ⌈h / sh⌉ × ⌈w / sw⌉ outputs, the odd row or column of padding at the bottom or right. */
    public static Window same(int h, int w, int kh, int kw, int sh, int sw, int dh, int dw) {
        int down = Math.max(0, ((h + sh - 1) / sh - 1) * sh + (kh - 1) * dh + 1 - h);
        int across = Math.max(0, ((w + sw - 1) / sw - 1) * sw + (kw - 1) * dw + 1 - w);
        return new Window(h, w, kh, kw, sh, sw, dh, dw, down / 2, across / 2, down - down / 2, across - across / 2);
    }

    /** Rows of the output. */
    public int outH() {
        int room = h + top + bottom - (kh - 1) * dh - 1;
        return room < 0 ? 0 : room / sh + 1;
    }

    /** Columns of the output. */
    public int outW() {
        int room = w + left + right - (kw - 1) * dw - 1;
        return room < 0 ? 0 : room / sw + 1;
    }

    /** Whether a square window moves by one pixel over a larger image and reaches over every border by half its size. */
    boolean movesByOne() {
        int half = kh / 2;
        return kh == kw
                && kh % 2 == 1
                && (sh == 1 && sw == 1 && dh == 1 && dw == 1)
                && (top == half && left == half && bottom == half && right == half)
                && h >= kh
                && w >= kw;
    }

    /** Whether a square window moves by two pixels over a larger image and reaches over borders by half its size at most. */
    boolean movesByTwo() {
        int half = kh / 2;
        return kh == kw
                && kh % 2 == 1
                && (sh == 2 && sw == 2 && dh == 1 && dw == 1)
                && (top <= half && left <= half && beyond() <= half && (outH() - 1) * 2 + kh - top - h <= half)
                && h >= kh
                && w >= kw;
    }

    /** By how many columns the last window of a row reaches over its end. */
    int beyond() {
        return Math.max(0, (outW() - 1) * sw + (kw - 1) * dw + 1 - left - w);
    }

    /** Whether any window reaches over the border. */
    boolean pads() {
        return top > 0
                || left > 0
                || (outH() - 1) * sh + (kh - 1) * dh + 1 - top > h
                || (outW() - 1) * sw + (kw - 1) * dw + 1 - left > w;
    }

    /** Columns of a padded row, as far as windows reach. */
    int paddedWidth() {
        return (outW() - 1) * sw + (kw - 1) * dw + 1;
    }

    /**
     * Copies {@code count} rows of an image of {@code channels} channels from row {@code row} (which may lie outside) with
     * their padding: each row of the copy is {@link #paddedWidth()} pixels, zero outside the image.
     */
    void copyRows(float[] x, int xo, int channels, int row, int count, float[] to, int at) {
        int wide = paddedWidth() * channels;
        int before = left * channels;
        int inside = Math.max(0, Math.min(w * channels, wide - before));
        for (int i = row; i < row + count; i++, at += wide) {
            if (i < 0 || i >= h) {
                Arrays.fill(to, at, at + wide, 0);
            } else {
                int begin = Math.min(before, wide);
                Arrays.fill(to, at, at + begin, 0);
                System.arraycopy(x, xo + i * w * channels, to, at + begin, inside);
                Arrays.fill(to, at + begin + inside, at + wide, 0);
            }
        }
    }
}
