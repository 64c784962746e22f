package dev.posthorn.tensorflow.bundle;

import dev.posthorn.model.ModelFormatException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C, masked as LevelDB and TensorFlow store it: rotated right by 15 bits, plus a constant. */
final class Checksum {
    private static final int DELTA = 0xa282ead8;

    private final CRC32C crc = new CRC32C();

    Checksum add(ByteBuffer bytes) {
        crc.update(bytes.duplicate());
        return this;
    }

    Checksum add(byte[] bytes) {
        crc.update(bytes, 0, bytes.length);
        return this;
    }

    /** Adds the low {@code bytes} bytes of a number, little-endian. */
    Checksum add(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            crc.update((int) (value >>> 8 * i) & 0xff);
        }
        return this;
    }

    /** The checksum of all that was added, as it is stored. */
    int masked() {
        return mask((int) crc.getValue());
    }

    /** Refuses what was added where another checksum is stored for it. */
    void check(int stored, String where) {
        if (stored != masked()) {
            throw new ModelFormatException(String.format(
                    "checkpoint: expected checksum %08x but was %08x (the file is damaged), at %s",
                    stored, masked(), where));
        }
    }

    static int mask(int crc) {
        return Integer.rotateRight(crc, 15) + DELTA;
    }
}
