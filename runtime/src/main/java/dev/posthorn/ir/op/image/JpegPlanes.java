package dev.posthorn.ir.op.image;

/**
 * A picture as planes of 8×8 blocks: grey as it is, colours as luminance and two differences, of which means of 2×2
 * are kept where {@code factor} is 2. The last rows and columns are repeated to whole units. Source: libjpeg
 * jccolor.c, jcsample.c, jcprepct.c.
 */
final class JpegPlanes {
    private static final int BITS = 16;

    private final int rows;
    private final int columns;
    private final int factor;
    private final int height;
    private final int width;
    private final int[][] planes;

    JpegPlanes(byte[] x, int height, int width, int channels, int factor) {
        int unit = 8 * factor;
        this.rows = (height + unit - 1) / unit;
        this.columns = (width + unit - 1) / unit;
        this.factor = factor;
        this.height = height;
        this.width = width;
        this.planes = new int[channels][rows * unit * columns * unit];
        int wide = columns * unit;
        for (int r = 0; r < rows * unit; r++) {
            for (int c = 0; c < wide; c++) {
                int from = (Math.min(r, height - 1) * width + Math.min(c, width - 1)) * channels;
                if (channels == 1) {
                    planes[0][r * wide + c] = x[from] & 255;
                } else {
                    colour(x[from] & 255, x[from + 1] & 255, x[from + 2] & 255, r * wide + c);
                }
            }
        }
        for (int p = 1; p < channels && factor == 2; p++) {
            halve(planes[p], rows * unit / 2, wide, (height + 1) / 2);
        }
    }

    /** Units, each of as many blocks as the factor has it. */
    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    private static int fix(double x) {
        return (int) (x * (1 << BITS) + 0.5);
    }

    private void colour(int r, int g, int b, int at) {
        int half = 1 << BITS - 1;
        int middle = (128 << BITS) + half - 1;
        planes[0][at] = fix(0.29900) * r + fix(0.58700) * g + fix(0.11400) * b + half >> BITS;
        planes[1][at] = -fix(0.16874) * r - fix(0.33126) * g + fix(0.50000) * b + middle >> BITS;
        planes[2][at] = fix(0.50000) * r - fix(0.41869) * g - fix(0.08131) * b + middle >> BITS;
    }

    /**
     * Means of 2×2, halves rounded down and up in turn, in the first half of each of the first half of rows; the last
     * of {@code used} rows is repeated.
     */
    private static void halve(int[] plane, int high, int wide, int used) {
        for (int r = 0; r < high; r++) {
            for (int c = 0; c < wide / 2; c++) {
                int at = 2 * r * wide + 2 * c;
                plane[r * wide + c] = r < used
                        ? plane[at] + plane[at + 1] + plane[at + wide] + plane[at + wide + 1] + 1 + (c & 1) >> 2
                        : plane[(used - 1) * wide + c];
            }
        }
    }

    /** Whether a block holds nothing of the picture, but completes a unit. */
    boolean isBeyond(int plane, int row, int column) {
        int own = plane == 0 ? 1 : factor;
        return row * 8 * own >= height || column * 8 * own >= width;
    }

    /** The samples of a block, less 128. */
    int[] block(int plane, int row, int column) {
        int wide = columns * 8 * factor;
        int[] block = new int[64];
        for (int i = 0; i < 64; i++) {
            block[i] = planes[plane][(row * 8 + i / 8) * wide + column * 8 + i % 8] - 128;
        }
        return block;
    }
}
