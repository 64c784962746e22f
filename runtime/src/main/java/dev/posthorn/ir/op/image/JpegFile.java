package dev.posthorn.ir.op.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes one JPEG file: its tables, and the blocks of its planes in turn. Source: ITU T.81; libjpeg jcmarker.c,
 * jchuff.c.
 */
final class JpegFile {
    /** For each place in a file its place in a block. */
    private static final int[] ZIGZAG = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    private final EncodeJpeg options;
    private final int[][] tables;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long bits;
    private int count;

    JpegFile(EncodeJpeg options, int quality) {
        this.options = options;
        this.tables = new int[][] {scaled(JpegTables.LUMINANCE, quality), scaled(JpegTables.CHROMINANCE, quality)};
    }

    private static int[] scaled(int[] table, int quality) {
        int q = Math.max(quality, 1);
        int scale = q < 50 ? 5000 / q : 200 - 2 * q;
        int[] all = new int[64];
        for (int i = 0; i < 64; i++) {
            all[i] = Math.max(1, Math.min(255, (table[i] * scale + 50) / 100));
        }
        return all;
    }

    byte[] of(byte[] x, int height, int width, int channels) {
        boolean grey = channels == 1;
        int factor = !grey && options.halved() ? 2 : 1;
        header(height, width, channels, factor);
        JpegPlanes planes = new JpegPlanes(x, height, width, channels, factor);
        int[] before = new int[channels];
        JpegHuffman[] first = {JpegTables.DC_LUMINANCE, JpegTables.DC_CHROMINANCE};
        JpegHuffman[] other = {JpegTables.AC_LUMINANCE, JpegTables.AC_CHROMINANCE};
        for (int row = 0; row < planes.rows(); row++) {
            for (int column = 0; column < planes.columns(); column++) {
                for (int c = 0; c < channels; c++) {
                    int own = c == 0 ? factor : 1;
                    for (int k = 0; k < own * own; k++) {
                        int table = c == 0 ? 0 : 1;
                        int[] block = planes.block(c, row * own + k / own, column * own + k % own);
                        int[] z = quantised(block, tables[table]);
                        if (planes.isBeyond(c, row * own + k / own, column * own + k % own)) {
                            z = new int[64]; // what pads a picture to whole units is as its neighbour
                            z[0] = before[c];
                        }
                        encode(z, z[0] - before[c], first[table], other[table]);
                        before[c] = z[0];
                    }
                }
            }
        }
        put(0x7f, 7);
        marker(0xD9);
        return out.toByteArray();
    }

    private static int[] quantised(int[] block, int[] table) {
        JpegForward.transform(block);
        int[] z = new int[64];
        for (int i = 0; i < 64; i++) {
            int divisor = table[i] << 3;
            int v = Math.abs(block[i]) + (divisor >> 1);
            int q = v >= divisor ? v / divisor : 0;
            z[i] = block[i] < 0 ? -q : q;
        }
        return z;
    }

    private void encode(int[] z, int step, JpegHuffman first, JpegHuffman other) {
        int size = 32 - Integer.numberOfLeadingZeros(Math.abs(step));
        code(first, size);
        number(step, size);
        int zeros = 0;
        for (int i = 1; i < 64; i++) {
            int v = z[ZIGZAG[i]];
            if (v == 0) {
                zeros++;
                continue;
            }
            for (; zeros > 15; zeros -= 16) {
                code(other, 0xF0);
            }
            int n = 32 - Integer.numberOfLeadingZeros(Math.abs(v));
            code(other, zeros << 4 | n);
            number(v, n);
            zeros = 0;
        }
        if (zeros > 0) {
            code(other, 0);
        }
    }

    private void code(JpegHuffman table, int symbol) {
        put(table.code(symbol), table.length(symbol));
    }

    /** The lower bits of a number; of a negative one, those of the number before it. */
    private void number(int v, int size) {
        put((v < 0 ? v - 1 : v) & (1 << size) - 1, size);
    }

    private void put(int value, int size) {
        bits = bits << size | value;
        count += size;
        while (count >= 8) {
            count -= 8;
            int b = (int) (bits >> count) & 0xff;
            out.write(b);
            if (b == 0xff) {
                out.write(0);
            }
        }
    }

    private void marker(int code, int... data) {
        out.write(0xff);
        out.write(code);
        if (data.length > 0) {
            two(data.length + 2);
            for (int b : data) {
                out.write(b);
            }
        }
    }

    private void two(int v) {
        out.write(v >> 8);
        out.write(v);
    }

    private void header(int height, int width, int channels, int factor) {
        marker(0xD8);
        int x = options.xDensity();
        int y = options.yDensity();
        marker(0xE0, 'J', 'F', 'I', 'F', 0, 1, 1, options.unit(), x >> 8, x & 255, y >> 8, y & 255, 0, 0);
        if (!options.xmp().isEmpty()) {
            byte[] space = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);
            byte[] text = options.xmp().getBytes(StandardCharsets.UTF_8);
            out.write(0xff);
            out.write(0xE1);
            two(space.length + text.length + 2);
            out.writeBytes(space);
            out.writeBytes(text);
        }
        for (int t = 0; t < Math.min(channels, 2); t++) {
            int[] table = new int[65];
            table[0] = t;
            for (int i = 0; i < 64; i++) {
                table[i + 1] = tables[t][ZIGZAG[i]];
            }
            marker(0xDB, table);
        }
        int[] frame = new int[6 + 3 * channels];
        int[] start = {8, height >> 8, height & 255, width >> 8, width & 255, channels};
        System.arraycopy(start, 0, frame, 0, 6);
        int[] scan = new int[4 + 2 * channels];
        scan[0] = channels;
        for (int c = 0; c < channels; c++) {
            int own = c == 0 ? factor : 1;
            frame[6 + 3 * c] = c + 1;
            frame[7 + 3 * c] = own << 4 | own;
            frame[8 + 3 * c] = c == 0 ? 0 : 1;
            scan[1 + 2 * c] = c + 1;
            scan[2 + 2 * c] = c == 0 ? 0 : 0x11;
        }
        scan[2 + 2 * channels] = 63;
        marker(0xC0, frame);
        marker(0xC4, JpegTables.DC_LUMINANCE.segment(0x00));
        marker(0xC4, JpegTables.AC_LUMINANCE.segment(0x10));
        if (channels > 1) {
            marker(0xC4, JpegTables.DC_CHROMINANCE.segment(0x01));
            marker(0xC4, JpegTables.AC_CHROMINANCE.segment(0x11));
        }
        marker(0xDA, scan);
    }
}
