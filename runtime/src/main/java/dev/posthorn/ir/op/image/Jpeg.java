package dev.posthorn.ir.op.image;

import java.util.ArrayList;
import java.util.List;

/** The coefficients of a JPEG file, sequential or progressive, of 8 bits, in Huffman codes. Source: ITU-T T.81. */
final class Jpeg {
    /** A scan may cost much more time than bytes. */
    private static final int MOST_SCANS = 500;

    static final int[] ZIGZAG = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    /** One component: its sampling, its blocks (also those that only fill up), its table. */
    static final class Component {
        final int id;
        final int across;
        final int down;
        final int table;
        int[] quantisation;
        int columns;
        int rows;
        int stride;
        short[] coefficients;
        int before;

        Component(int id, int across, int down, int table) {
            this.id = id;
            this.across = across;
            this.down = down;
            this.table = table;
        }
    }

    private final byte[] file;
    private int at = 2;
    private final int[][] tables = new int[4][];
    private final JpegBits.Huffman[] dc = new JpegBits.Huffman[4];
    private final JpegBits.Huffman[] ac = new JpegBits.Huffman[4];
    private int restart;
    private boolean progressive;

    int width;
    int height;
    int mostAcross = 1;
    int mostDown = 1;
    boolean jfif;
    /** What Adobe's marker says of the colours; -1 without one. */
    int adobe = -1;

    final List<Component> components = new ArrayList<>();

    private Jpeg(byte[] file) {
        this.file = file;
    }

    /** Reads the header alone, or all. */
    static Jpeg read(byte[] file, boolean header) {
        Jpeg j = new Jpeg(file);
        int scans = 0;
        while (true) {
            int marker = j.marker();
            if (marker == 0xd9) {
                if (scans == 0) {
                    throw Picture.broken("JPEG", "no scan");
                }
                return j;
            }
            int end = j.at + j.word(j.at);
            if (end > file.length || end < j.at + 2) {
                throw Picture.broken("JPEG", "a segment of " + (end - j.at) + " bytes");
            }
            j.at += 2;
            switch (marker) {
                case 0xc0, 0xc1, 0xc2 -> {
                    j.frame(marker == 0xc2, end, header);
                    if (header) {
                        return j;
                    }
                }
                case 0xc4 -> j.codes(end);
                case 0xdb -> j.quantisation(end);
                case 0xdd -> j.restart = j.word(j.at);
                case 0xe0 -> j.jfif |= end - j.at >= 5 && j.text(4).equals("JFIF");
                case 0xee -> j.adobe = end - j.at >= 12 && j.text(5).equals("Adobe") ? file[j.at + 11] & 0xff : j.adobe;
                case 0xda -> {
                    end = j.scan(end);
                    if (++scans > MOST_SCANS) {
                        throw Picture.broken("JPEG", "more than " + MOST_SCANS + " scans");
                    }
                }
                case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf ->
                    throw Picture.broken("JPEG", "a coding that libjpeg does not read either, " + marker);
                default -> {
                    // comments and what programs add
                }
            }
            j.at = end;
        }
    }

    private int marker() {
        while (at + 1 < file.length && (file[at] != (byte) 0xff || file[at + 1] == (byte) 0xff || file[at + 1] == 0)) {
            at++;
        }
        if (at + 3 >= file.length && !(at + 1 < file.length && file[at + 1] == (byte) 0xd9)) {
            throw Picture.broken("JPEG", "it ends before its end marker");
        }
        at += 2;
        return file[at - 1] & 0xff;
    }

    private int word(int i) {
        if (i + 1 >= file.length) {
            throw Picture.broken("JPEG", "it ends too early");
        }
        return (file[i] & 0xff) << 8 | file[i + 1] & 0xff;
    }

    private int octet() {
        if (at >= file.length) {
            throw Picture.broken("JPEG", "it ends too early");
        }
        return file[at++] & 0xff;
    }

    private String text(int n) {
        return new String(file, at, n, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private void quantisation(int end) {
        while (at < end) {
            int kind = octet();
            int[] q = new int[64];
            for (int k = 0; k < 64; k++) {
                q[ZIGZAG[k]] = kind >> 4 == 0 ? octet() : octet() << 8 | octet();
            }
            tables[kind & 3] = q;
        }
    }

    private void codes(int end) {
        while (at < end) {
            int kind = octet();
            int[] counts = new int[17];
            int n = 0;
            for (int i = 1; i <= 16; i++) {
                counts[i] = octet();
                n += counts[i];
            }
            if (n > 256 || n > file.length - at) {
                throw Picture.broken("JPEG", "a table of " + n + " codes");
            }
            byte[] values = java.util.Arrays.copyOfRange(file, at, at + n);
            at += n;
            (kind >> 4 == 0 ? dc : ac)[kind & 3] = JpegBits.Huffman.of(counts, values);
        }
    }

    private void frame(boolean isProgressive, int end, boolean header) {
        int bits = octet();
        height = word(at);
        width = word(at + 2);
        at += 4;
        int n = octet();
        if (bits != 8 || n < 1 || n > 4 || end - at != 3 * n || height == 0 || width == 0 || !components.isEmpty()) {
            throw Picture.broken("JPEG", bits + " bits, " + n + " components, " + height + "×" + width);
        }
        progressive = isProgressive;
        for (int i = 0; i < n; i++) {
            int id = octet();
            int sampling = octet();
            Component c = new Component(id, sampling >> 4, sampling & 15, octet() & 3);
            if (c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4) {
                throw Picture.broken("JPEG", "sampling " + c.across + "×" + c.down);
            }
            mostAcross = Math.max(mostAcross, c.across);
            mostDown = Math.max(mostDown, c.down);
            components.add(c);
        }
        if (header) {
            return;
        }
        Picture.of(1, height, width, 4, false); // its size is checked
        for (Component c : components) {
            c.columns = ceil(ceil(width * c.across, mostAcross), 8);
            c.rows = ceil(ceil(height * c.down, mostDown), 8);
            c.stride = ceil(width, 8 * mostAcross) * c.across;
            int all = Math.multiplyExact(c.stride, ceil(height, 8 * mostDown) * c.down);
            c.coefficients = new short[Math.multiplyExact(all, 64)];
        }
    }

    static int ceil(int x, int by) {
        return (x + by - 1) / by;
    }

    /** One scan; returns where it ends. */
    private int scan(int end) {
        int n = octet();
        List<Component> own = new ArrayList<>();
        int[] codes = new int[n];
        for (int i = 0; i < n; i++) {
            int id = octet();
            codes[i] = octet();
            components.stream().filter(c -> c.id == id).findFirst().ifPresent(own::add);
        }
        int from = octet();
        int to = octet();
        int bits = octet();
        if (own.size() != n || n < 1 || n > 4 || from > to || to > 63 || progressive && from > 0 && n > 1) {
            throw Picture.broken("JPEG", "a scan of " + n + " components, coefficients " + from + " to " + to);
        }
        JpegBits in = new JpegBits(file, end);
        JpegBlocks blocks = new JpegBlocks(in, dc, ac, progressive, new int[] {from, to, bits >> 4, bits & 15});
        for (Component c : own) {
            c.before = 0;
            c.quantisation = c.quantisation == null ? tables[c.table] : c.quantisation;
            if (c.quantisation == null) {
                throw Picture.broken("JPEG", "a quantisation table that is not there");
            }
        }
        boolean one = n == 1;
        int columns = one ? own.get(0).columns : ceil(width, 8 * mostAcross);
        int rows = one ? own.get(0).rows : ceil(height, 8 * mostDown);
        for (int i = 0; i < columns * rows; i++) {
            if (restart > 0 && i > 0 && i % restart == 0) {
                in.restart();
                blocks.restart();
                own.forEach(c -> c.before = 0);
            }
            for (int k = 0; k < n; k++) {
                Component c = own.get(k);
                for (int b = 0; b < (one ? 1 : c.across * c.down); b++) {
                    int row = one ? i / columns : i / columns * c.down + b / c.across;
                    int column = one ? i % columns : i % columns * c.across + b % c.across;
                    blocks.read(c, codes[k], (row * c.stride + column) * 64);
                }
            }
        }
        return in.end();
    }
}
