package dev.posthorn.hdf5;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Little-endian fields, appended one after the other: the counterpart of {@link In}, for files that we write. */
final class Out {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Out u8(int value) {
        bytes.write(value);
        return this;
    }

    Out u16(int value) {
        return u8(value).u8(value >> 8);
    }

    Out u32(long value) {
        return u16((int) value).u16((int) (value >> 16));
    }

    Out u64(long value) {
        return u32(value).u32(value >> 32);
    }

    Out bytes(byte[] all) {
        bytes.writeBytes(all);
        return this;
    }

    Out ascii(String text) {
        return bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Zeros up to the next multiple of 8. */
    Out align8() {
        return zeros(-bytes.size() & 7);
    }

    Out zeros(int count) {
        return bytes(new byte[count]);
    }

    /** The checksum of everything so far. */
    Out checksum() {
        byte[] all = bytes.toByteArray();
        return u32(Lookup3.hash(all, 0, all.length));
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
