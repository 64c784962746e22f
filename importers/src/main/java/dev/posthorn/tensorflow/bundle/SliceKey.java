package dev.posthorn.tensorflow.bundle;

import dev.posthorn.proto.TensorSliceProto;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The key of a slice of a tensor: its name and box, so encoded that keys sort as what they mean (OrderedCode). */
final class SliceKey {
    private SliceKey() {}

    static String of(String name, TensorSliceProto slice) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        unsigned(out, 0);
        for (byte b : name.getBytes(StandardCharsets.ISO_8859_1)) {
            out.write(b);
            if (b == 0) {
                out.write(0xff);
            } else if (b == (byte) 0xff) {
                out.write(0);
            }
        }
        out.write(0);
        out.write(1);
        unsigned(out, slice.getExtentCount());
        for (TensorSliceProto.Extent e : slice.getExtentList()) {
            signed(out, e.getStart());
            signed(out, e.hasLength() ? e.getLength() : -1);
        }
        return new String(out.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    /** The number of bytes, then the bytes from the most significant. */
    private static void unsigned(ByteArrayOutputStream out, long value) {
        int n = (64 - Long.numberOfLeadingZeros(value) + 7) / 8;
        out.write(n);
        for (int i = n - 1; i >= 0; i--) {
            out.write((int) (value >>> 8 * i));
        }
    }

    /** As many leading ones (zeros for a negative number) as there are bytes, the sign's opposite, and the bits. */
    private static void signed(ByteArrayOutputStream out, long value) {
        long magnitude = value < 0 ? ~value : value;
        int bits = 64 - Long.numberOfLeadingZeros(magnitude);
        int n = bits / 7 + 1;
        byte[] b = new byte[Math.max(n, 2)];
        for (int i = 0; i < n; i++) {
            int shift = 8 * (n - 1 - i);
            b[i] = (byte) (shift < 64 ? value >> shift : value < 0 ? -1 : 0);
        }
        int header = n >= 8 ? 0xff : 0xff << 8 - n & 0xff;
        b[0] ^= (byte) header;
        if (n > 8) {
            b[1] ^= (byte) (0xff << 16 - n);
        }
        out.write(b, 0, n);
    }
}
