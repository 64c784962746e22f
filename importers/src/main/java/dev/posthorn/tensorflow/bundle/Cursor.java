package dev.posthorn.tensorflow.bundle;

import dev.posthorn.model.ModelFormatException;
import java.nio.ByteBuffer;

/** Reads numbers from bytes in order; reading past the end is an error that says where. */
final class Cursor {
    private final ByteBuffer bytes;
    private final String where;

    Cursor(ByteBuffer bytes, String where) {
        this.bytes = bytes;
        this.where = where;
    }

    boolean hasMore() {
        return bytes.hasRemaining();
    }

    int remaining() {
        return bytes.remaining();
    }

    /** A number of up to 64 bits, seven a byte, least significant first. */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = bytes(1).get() & 0xff;
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new ModelFormatException("checkpoint: expected a number of at most 64 bits but was longer, at " + where);
    }

    /** A varint that counts bytes or elements, of which there are at most {@code limit}. */
    int count(long limit, String what) {
        long n = varint();
        if (n < 0 || n > limit) {
            throw new ModelFormatException(
                    "checkpoint: expected at most " + limit + " " + what + " but was " + n + ", at " + where);
        }
        return (int) n;
    }

    /** The next {@code n} bytes, which are not copied. */
    ByteBuffer bytes(int n) {
        if (n < 0 || n > bytes.remaining()) {
            throw new ModelFormatException(
                    "checkpoint: expected " + n + " more bytes but was " + bytes.remaining() + ", at " + where);
        }
        ByteBuffer part = bytes.slice().limit(n).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + n);
        return part;
    }

    byte[] array(int n) {
        ByteBuffer part = bytes(n);
        byte[] array = new byte[n];
        part.get(array);
        return array;
    }

    int int32() {
        return bytes(4).getInt();
    }
}
