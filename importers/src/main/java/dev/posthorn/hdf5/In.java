package dev.posthorn.hdf5;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Decodes the primitive fields of the format from one block of metadata: always little-endian and within bounds. */
final class In {
    private final ByteBuffer bytes;
    private final int offsetSize;
    private final int lengthSize;

    In(byte[] bytes, int offsetSize, int lengthSize) {
        this(ByteBuffer.wrap(bytes), offsetSize, lengthSize);
    }

    private In(ByteBuffer bytes, int offsetSize, int lengthSize) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.offsetSize = offsetSize;
        this.lengthSize = lengthSize;
    }

    int u8() {
        return bytes.get() & 0xff;
    }

    int u16() {
        return bytes.getShort() & 0xffff;
    }

    long u32() {
        return bytes.getInt() & 0xffffffffL;
    }

    /** An unsigned integer of {@code width} bytes; a value beyond 63 bits is refused, all ones of 8 bytes is -1. */
    long unsigned(int width) {
        long v = 0;
        for (int i = 0; i < width; i++) {
            long b = u8();
            if (i < 8) {
                v |= b << 8 * i;
            } else if (b != 0) {
                throw new Malformed("an integer of at most 8 bytes", width + " bytes");
            }
        }
        return v;
    }

    /** A file address; {@link Bytes#UNDEFINED} where there is none. */
    long offset() {
        long v = unsigned(offsetSize);
        return offsetSize < 8 && v == (1L << 8 * offsetSize) - 1 ? Bytes.UNDEFINED : v;
    }

    /** A length in the file. */
    long length() {
        long v = unsigned(lengthSize);
        return lengthSize < 8 && v == (1L << 8 * lengthSize) - 1 ? Bytes.UNDEFINED : v;
    }

    byte[] bytes(long n) {
        if (n < 0 || n > bytes.remaining()) {
            throw new Malformed("at most " + bytes.remaining() + " bytes", n);
        }
        byte[] out = new byte[(int) n];
        bytes.get(out);
        return out;
    }

    /** A reader of the next {@code n} bytes, which this one skips. */
    In slice(long n) {
        if (n < 0 || n > bytes.remaining()) {
            throw new Malformed("at most " + bytes.remaining() + " bytes", n);
        }
        In out = new In(bytes.slice(bytes.position(), (int) n), offsetSize, lengthSize);
        skip(n);
        return out;
    }

    In skip(long n) {
        if (n < 0 || n > bytes.remaining()) {
            throw new Malformed("at most " + bytes.remaining() + " bytes", n);
        }
        bytes.position(bytes.position() + (int) n);
        return this;
    }

    /** Skips to the next multiple of 8 from {@code start}. */
    In align8(int start) {
        return skip(-(position() - start) & 7);
    }

    int position() {
        return bytes.position();
    }

    In position(int at) {
        bytes.position(at);
        return this;
    }

    int remaining() {
        return bytes.remaining();
    }

    /** Bytes up to a NUL, which is skipped, or the end, as UTF-8. */
    String zeroTerminated() {
        int start = position();
        int end = start;
        while (end < bytes.limit() && bytes.get(end) != 0) {
            end++;
        }
        String s = new String(bytes(end - start), StandardCharsets.UTF_8);
        skip(Math.min(1, remaining()));
        return s;
    }

    String utf8(long n) {
        return new String(bytes(n), StandardCharsets.UTF_8);
    }

    /** Checks the four characters that open a block. */
    In signature(String expected) {
        String was = new String(bytes(4), StandardCharsets.ISO_8859_1);
        if (!was.equals(expected)) {
            throw new Malformed("block " + expected, printable(was));
        }
        return this;
    }

    /** Checks the version byte of a block. */
    int version(String of, int least, int most) {
        int v = u8();
        if (v < least || v > most) {
            throw new Malformed(of + " of version " + least + (least == most ? "" : " to " + most), v);
        }
        return v;
    }

    /** Checks that the last four of the first {@code length} bytes are the checksum of those before. */
    In checksum(int length) {
        int expected = Lookup3.hash(bytes.array(), bytes.arrayOffset(), length - 4);
        int was = bytes.getInt(length - 4);
        if (expected != was) {
            throw new Malformed("checksum " + Integer.toHexString(expected), Integer.toHexString(was));
        }
        return this;
    }

    /** Everything not yet read, as a buffer of its own. */
    ByteBuffer rest() {
        return bytes.slice();
    }

    private static String printable(String s) {
        StringBuilder out = new StringBuilder();
        s.chars().forEach(c -> out.append(c > 32 && c < 127 ? String.valueOf((char) c) : String.format("\\x%02x", c)));
        return out.toString();
    }
}
