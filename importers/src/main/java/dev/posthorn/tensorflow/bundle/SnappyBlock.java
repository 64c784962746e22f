package dev.posthorn.tensorflow.bundle;

import dev.posthorn.model.ModelFormatException;
import java.nio.ByteBuffer;

/** One block of Snappy's raw format: a length, then literals and copies of what came before. */
final class SnappyBlock {
    private static final int LIMIT = 1 << 28;

    private SnappyBlock() {}

    static ByteBuffer decompress(ByteBuffer compressed, String where) {
        Cursor in = new Cursor(compressed, where);
        // A copy of 64 bytes takes two bytes at least: more than that cannot come of so few.
        int length = in.count(Math.min(LIMIT, 64L * compressed.remaining()), "bytes");
        byte[] out = new byte[length];
        int at = 0;
        while (in.hasMore()) {
            int tag = in.bytes(1).get() & 0xff;
            if ((tag & 3) == 0) {
                int n = literal(in, tag >>> 2);
                room(n, length - at, where);
                in.bytes(n).get(out, at, n);
                at += n;
                continue;
            }
            int n = (tag & 3) == 1 ? (tag >>> 2 & 7) + 4 : (tag >>> 2) + 1;
            int offset = switch (tag & 3) {
                case 1 -> (tag >>> 5) << 8 | in.bytes(1).get() & 0xff;
                case 2 -> in.bytes(2).getShort() & 0xffff;
                default -> in.int32();
            };
            room(n, length - at, where);
            if (offset <= 0 || offset > at) {
                throw new ModelFormatException(
                        "snappy: expected a copy of at most " + at + " bytes back but was " + offset + ", at " + where);
            }
            for (int i = 0; i < n; i++, at++) {
                out[at] = out[at - offset];
            }
        }
        if (at != length) {
            throw new ModelFormatException("snappy: expected " + length + " bytes but was " + at + ", at " + where);
        }
        return ByteBuffer.wrap(out);
    }

    private static int literal(Cursor in, int n) {
        if (n < 60) {
            return n + 1;
        }
        int length = 0;
        for (int i = 0; i < n - 59; i++) {
            length |= (in.bytes(1).get() & 0xff) << 8 * i;
        }
        return length + 1;
    }

    private static void room(int n, int left, String where) {
        if (n < 0 || n > left) {
            throw new ModelFormatException(
                    "snappy: expected at most " + left + " more bytes but was " + n + ", at " + where);
        }
    }
}
