package dev.posthorn.tensorflow.bundle;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A tensor of strings as a checkpoint holds it: the lengths, their checksum, the bytes. */
final class Strings {
    private Strings() {}

    static Tensor read(ByteBuffer bytes, TensorType type, int crc, String where) {
        Cursor in = new Cursor(bytes, where);
        if (type.shape().longSize() > bytes.remaining()) {
            throw new ModelFormatException("checkpoint: expected the lengths of " + type + " but was "
                    + bytes.remaining() + " bytes, at " + where);
        }
        int[] lengths = new int[type.shape().size()];
        Checksum sum = new Checksum();
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = in.count(in.remaining(), "bytes of a string");
            sum.add(lengths[i], 4);
        }
        int stored = in.int32();
        sum.check(stored, where);
        sum.add(stored, 4);
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < lengths.length; i++) {
            t.byteStrings()[i] = in.array(lengths[i]);
            sum.add(t.byteStrings()[i]);
        }
        sum.check(crc, where);
        return t;
    }

    /** The bytes of a tensor, which are added to {@code crc} as {@link #read} does. */
    static ByteBuffer write(Tensor t, Checksum crc) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] s : t.byteStrings()) {
            IndexTableWriter.varint(out, s.length);
            crc.add(s.length, 4);
        }
        int lengths = crc.masked();
        crc.add(lengths, 4);
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(lengths)
                .array());
        for (byte[] s : t.byteStrings()) {
            out.writeBytes(s);
            crc.add(s);
        }
        return ByteBuffer.wrap(out.toByteArray());
    }
}
