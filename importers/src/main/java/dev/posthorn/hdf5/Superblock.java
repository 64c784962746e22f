package dev.posthorn.hdf5;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The front page of a file, versions 0 to 3: widths of addresses and lengths, end of file, root group. */
record Superblock(long rootHeader) {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

    /** Where the signature stands: 0, 512, 1024, … (before it a user block); -1 if nowhere. */
    static long find(Bytes bytes) {
        byte[] b = new byte[SIGNATURE.length];
        for (long at = 0; at <= bytes.size() - b.length; at = at == 0 ? 512 : at * 2) {
            bytes.read(at, ByteBuffer.wrap(b));
            if (Arrays.equals(b, SIGNATURE)) {
                return at;
            }
        }
        return -1;
    }

    static Superblock read(Bytes bytes) {
        long at = find(bytes);
        if (at < 0) {
            throw new Malformed("an HDF5 signature", "none (not an HDF5 file)");
        }
        Walk walk = bytes.walk();
        In in = walk.upTo(at + SIGNATURE.length, 96);
        int version = in.version("superblock", 0, 3);
        if (version < 2) {
            in.skip(4);
        }
        int offsetSize = width(in.u8());
        int lengthSize = width(in.u8());
        in.skip(version == 0 ? 9 : version == 1 ? 13 : 1);
        bytes.format(at, offsetSize, lengthSize);
        in = walk.upTo(SIGNATURE.length + in.position(), 96);
        long base = in.offset();
        in.offset();
        long end = in.offset();
        if (end == Bytes.UNDEFINED || base > end || end - base > bytes.size()) {
            throw new Malformed("a file of " + (end - base) + " bytes", bytes.size() + " (truncated)");
        }
        if (version < 2) {
            in.offset();
            in.offset();
            return new Superblock(in.offset());
        }
        long root = in.offset();
        int length = 12 + 4 * offsetSize + 4;
        walk.at(0, length).checksum(length);
        return new Superblock(root);
    }

    private static int width(int n) {
        if (n != 2 && n != 4 && n != 8) {
            throw new Malformed("addresses and lengths of 2, 4 or 8 bytes", n);
        }
        return n;
    }
}
