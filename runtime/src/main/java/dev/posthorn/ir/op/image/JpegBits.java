package dev.posthorn.ir.op.image;

/** The bits of a JPEG scan, and the Huffman codes in them. Source: ITU-T T.81 annex F. */
final class JpegBits {
    /** A table of codes: of each length the first code, how many there are, and where their values begin. */
    record Huffman(int[] first, int[] count, int[] start, byte[] values) {
        /** From the numbers of codes of 1 to 16 bits. */
        static Huffman of(int[] counts, byte[] values) {
            int[] first = new int[17];
            int[] start = new int[17];
            int code = 0;
            int at = 0;
            for (int n = 1; n <= 16; n++) {
                first[n] = code;
                start[n] = at;
                code = code + counts[n] << 1;
                at += counts[n];
            }
            return new Huffman(first, counts, start, values);
        }
    }

    private final byte[] file;
    private int at;
    private int buffer;
    private int have;

    JpegBits(byte[] file, int at) {
        this.file = file;
        this.at = at;
    }

    /** Where the marker after the scan's bits is. */
    int end() {
        int i = at;
        while (i + 1 < file.length && (file[i] != (byte) 0xff || file[i + 1] == 0 || file[i + 1] == (byte) 0xff)) {
            i++;
        }
        return i;
    }

    int bit() {
        if (have == 0) {
            if (at >= file.length || file[at] == (byte) 0xff && (at + 1 >= file.length || file[at + 1] != 0)) {
                throw Picture.broken("JPEG", "a scan ends too early");
            }
            buffer = file[at] & 0xff;
            at += buffer == 0xff ? 2 : 1;
            have = 8;
        }
        return buffer >>> --have & 1;
    }

    int bits(int n) {
        int v = 0;
        for (int i = 0; i < n; i++) {
            v = v << 1 | bit();
        }
        return v;
    }

    /** A number of n bits, of which those that begin with 0 are negative. */
    int number(int n) {
        int v = n == 0 ? 0 : bits(n);
        return n > 0 && v < 1 << n - 1 ? v - (1 << n) + 1 : v;
    }

    int symbol(Huffman h) {
        if (h == null) {
            throw Picture.broken("JPEG", "a table of codes that is not there");
        }
        int code = 0;
        for (int n = 1; n <= 16; n++) {
            code = code << 1 | bit();
            int place = code - h.first[n];
            if (place >= 0 && place < h.count[n]) {
                return h.values[h.start[n] + place] & 0xff;
            }
        }
        throw Picture.broken("JPEG", "an unknown code");
    }

    /** Goes past a restart marker. */
    void restart() {
        have = 0;
        at = end();
        if (at + 1 >= file.length || (file[at + 1] & 0xf8) != 0xd0) {
            throw Picture.broken("JPEG", "no restart where one must be");
        }
        at += 2;
    }
}
