package dev.posthorn.hdf5;

/**
 * The checksum of HDF5 metadata: Bob Jenkins's lookup3, {@code hashlittle} with initial value 0.
 *
 * <p>Source: {@code H5_checksum_lookup3} in HDF5's {@code H5checksum.c}.
 */
final class Lookup3 {
    private Lookup3() {}

    /** The checksum of {@code length} bytes from {@code at}. */
    static int hash(byte[] k, int at, int length) {
        int a = 0xdeadbeef + length;
        int b = a;
        int c = a;
        int i = at;
        int left = length;
        for (; left > 12; i += 12, left -= 12) {
            a += word(k, i, 4);
            b += word(k, i + 4, 4);
            c += word(k, i + 8, 4);
            a = a - c ^ Integer.rotateLeft(c, 4);
            c += b;
            b = b - a ^ Integer.rotateLeft(a, 6);
            a += c;
            c = c - b ^ Integer.rotateLeft(b, 8);
            b += a;
            a = a - c ^ Integer.rotateLeft(c, 16);
            c += b;
            b = b - a ^ Integer.rotateLeft(a, 19);
            a += c;
            c = c - b ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        if (left == 0) {
            return c;
        }
        a += word(k, i, Math.min(4, left));
        b += word(k, i + 4, Math.max(0, Math.min(4, left - 4)));
        c += word(k, i + 8, Math.max(0, left - 8));
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        return (c ^ b) - Integer.rotateLeft(b, 24);
    }

    private static int word(byte[] k, int at, int n) {
        int w = 0;
        for (int j = 0; j < n; j++) {
            w |= (k[at + j] & 0xff) << 8 * j;
        }
        return w;
    }
}
