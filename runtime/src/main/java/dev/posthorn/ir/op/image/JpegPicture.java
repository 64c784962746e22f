package dev.posthorn.ir.op.image;

/**
 * The picture that a JPEG file is: samples, all components at one size, colours; in the integers of libjpeg-turbo. Source:
 * libjpeg-turbo jdmaster.c, jdsample.c, jdcolor.c; tensorflow/core/lib/jpeg/jpeg_mem.cc.
 *
 * @param channels 1 or 3, or 0 for those of the file
 * @param ratio the file's size by that of the picture: 1, 2, 4 or 8
 * @param fancy whether what has fewer samples is interpolated
 * @param fast whether transforms are the fast ones
 */
record JpegPicture(int channels, int ratio, boolean fancy, boolean fast) {
    /** A component's samples. */
    private record Plane(int width, int height, byte[] samples, int stride) {
        int at(int row, int column) {
            return samples[row * stride + column] & 0xff;
        }
    }

    Picture read(byte[] file) {
        Jpeg jpeg = Jpeg.read(file, false);
        int n = jpeg.components.size();
        int y = channels == 0 ? Math.min(n, 3) : channels;
        if (n == 2 || y != 1 && y != 3 || y == 1 && n == 4) {
            throw Picture.broken("JPEG", y + " channels of " + n + " components");
        }
        int width = Jpeg.ceil(jpeg.width, ratio);
        int height = Jpeg.ceil(jpeg.height, ratio);
        Picture picture = Picture.of(1, height, width, y, false);
        Plane[] planes = new Plane[n == 3 && y == 1 && !isRgb(jpeg) ? 1 : n];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = whole(jpeg, jpeg.components.get(i), width, height);
        }
        boolean rgb = isRgb(jpeg);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int at = (row * width + column) * y;
                int a = planes[0].at(row, column);
                if (planes.length == 1) {
                    for (int k = 0; k < y; k++) {
                        picture.values()[at + k] = (short) a;
                    }
                    continue;
                }
                int b = planes[1].at(row, column);
                int c = planes[2].at(row, column);
                int black = n == 4 ? planes[3].at(row, column) : 0;
                put(picture, at, rgb ? new int[] {a, b, c} : colours(a, b, c), n == 4, black, jpeg);
            }
        }
        return picture;
    }

    private static boolean isRgb(Jpeg jpeg) {
        if (jpeg.components.size() == 4) {
            return jpeg.adobe != 2;
        }
        if (jpeg.components.size() != 3 || jpeg.jfif) {
            return false;
        }
        int id = jpeg.components.get(0).id;
        return jpeg.adobe >= 0
                ? jpeg.adobe == 0
                : id == 'R' && jpeg.components.get(1).id == 'G' && jpeg.components.get(2).id == 'B';
    }

    private static int[] colours(int y, int cb, int cr) {
        int b = cb - 128;
        int r = cr - 128;
        int half = 1 << 15;
        return new int[] {
            clamp(y + (91881 * r + half >> 16)),
            clamp(y + (-22554 * b - 46802 * r + half >> 16)),
            clamp(y + (116130 * b + half >> 16))
        };
    }

    private static int clamp(int x) {
        return Math.max(0, Math.min(255, x));
    }

    private static void put(Picture y, int at, int[] v, boolean black, int k, Jpeg jpeg) {
        if (y.channels() == 1) { // of red, green and blue
            y.values()[at] = (short) (19595 * v[0] + 38470 * v[1] + 7471 * v[2] + (1 << 15) >> 16);
            return;
        }
        for (int i = 0; i < 3; i++) {
            int ink = black && jpeg.adobe == 2 ? 255 - v[i] : v[i];
            int light = jpeg.adobe >= 0 ? k * ink / 255 : (255 - k) * (255 - ink) / 255;
            y.values()[at + i] = (short) (black ? light : v[i]);
        }
    }

    /** A component at the size of the picture. */
    private Plane whole(Jpeg jpeg, Jpeg.Component c, int width, int height) {
        int least = 8 / ratio;
        int size = least;
        while (size < 8
                && jpeg.mostAcross * least % (c.across * size * 2) == 0
                && jpeg.mostDown * least % (c.down * size * 2) == 0) {
            size *= 2;
        }
        byte[] samples = new byte[Math.multiplyExact(c.coefficients.length / 64, size * size)];
        int stride = c.stride * size;
        for (int b = 0; b < c.coefficients.length / 64; b++) {
            int at = b / c.stride * size * stride + b % c.stride * size;
            JpegDct.samples(c.coefficients, 64 * b, c.quantisation, size, fast, samples, at, stride);
        }
        int own = Jpeg.ceil(jpeg.width * c.across * size, jpeg.mostAcross * 8);
        int ownRows = Jpeg.ceil(jpeg.height * c.down * size, jpeg.mostDown * 8);
        Plane plane = new Plane(own, ownRows, samples, stride);
        int across = jpeg.mostAcross * least / (c.across * size);
        int down = jpeg.mostDown * least / (c.down * size);
        boolean even =
                across * c.across * size == jpeg.mostAcross * least && down * c.down * size == jpeg.mostDown * least;
        if (!even) {
            throw Picture.broken("JPEG", "sampling that libjpeg does not read either");
        }
        if (across == 1 && down == 1) {
            return plane;
        }
        boolean smooth = fancy && least > 1;
        if (smooth && across == 2 && down == 1 && own > 2) {
            return across(plane, 1, plane.height);
        }
        if (smooth && across == 2 && down == 2 && own > 2) {
            return across(down(plane, 3), 2, height);
        }
        if (smooth && across == 1 && down == 2) {
            return down(plane, 2);
        }
        byte[] y = new byte[Math.multiplyExact(width, height)];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                y[i * width + j] = (byte) plane.at(i / down, j / across);
            }
        }
        return new Plane(width, height, y, width);
    }

    /** Twice the rows, of one and the next by 3 : 1: as sums of 4 where {@code kind} is 3 (two bytes each), rounded else. */
    private static Plane down(Plane x, int kind) {
        int each = kind == 3 ? 2 : 1;
        int stride = x.width * each;
        byte[] y = new byte[Math.multiplyExact(2 * x.height, stride)];
        for (int i = 0; i < 2 * x.height; i++) {
            int row = i / 2;
            int other = Math.max(0, Math.min(x.height - 1, i % 2 == 0 ? row - 1 : row + 1));
            for (int j = 0; j < x.width; j++) {
                int sum = 3 * x.at(row, j) + x.at(other, j);
                if (kind == 3) {
                    y[i * stride + 2 * j] = (byte) (sum >> 8);
                    y[i * stride + 2 * j + 1] = (byte) sum;
                } else {
                    y[i * stride + j] = (byte) (sum + (i % 2 == 0 ? 1 : 2) >> 2);
                }
            }
        }
        return new Plane(x.width, 2 * x.height, y, stride);
    }

    /** Twice the columns, of one and the next by 3 : 1; {@code bytes} is the size of an element of x. */
    private static Plane across(Plane x, int bytes, int rows) {
        int n = x.width;
        byte[] y = new byte[Math.multiplyExact(rows, 2 * n)];
        int shift = bytes == 2 ? 4 : 2;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                int own = element(x, bytes, i, j);
                int left = j == 0 ? own : element(x, bytes, i, j - 1);
                int right = j == n - 1 ? own : element(x, bytes, i, j + 1);
                y[(i * n + j) * 2] = (byte) (3 * own + left + (bytes == 2 ? 8 : 1) >> shift);
                y[(i * n + j) * 2 + 1] = (byte) (3 * own + right + (bytes == 2 ? 7 : 2) >> shift);
            }
        }
        return new Plane(2 * n, rows, y, 2 * n);
    }

    private static int element(Plane x, int bytes, int row, int column) {
        return bytes == 1 ? x.at(row, column) : x.at(row, 2 * column) << 8 | x.at(row, 2 * column + 1);
    }
}
