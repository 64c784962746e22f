package dev.posthorn.hdf5;

import dev.posthorn.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An attribute to be written.
 *
 * @param space the message of its extent
 * @param value its elements, where they are written in the object header itself
 * @param items its elements, where they are of variable length and lie in a heap
 */
record DraftAttribute(String name, DraftType type, byte[] space, byte[] value, DraftItems items) {
    static DraftAttribute of(String name, Tensor value) {
        DraftType type = DraftType.of(value.dtype(), DraftType.width(value));
        byte[] bytes = new byte[Math.multiplyExact(value.size(), type.size())];
        type.encode(value.data(), 0, value.size(), ByteBuffer.wrap(bytes));
        return new DraftAttribute(name, type, DraftObject.dataspace(dims(value)), bytes, DraftItems.NONE);
    }

    static DraftAttribute ofStrings(String name, List<String> values, boolean scalar) {
        List<byte[]> utf8 =
                values.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList();
        long[] dims = scalar ? new long[0] : new long[] {values.size()};
        return new DraftAttribute(
                name, DraftType.REFERENCE, DraftObject.dataspace(dims), new byte[0], new DraftItems(utf8, 1));
    }

    static long[] dims(Tensor t) {
        long[] dims = new long[t.shape().rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = t.shape().dim(i);
        }
        return dims;
    }

    /** The body of the attribute message; before the layout is known, of the same length. */
    byte[] message() {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        return new Out()
                .u8(3) // version
                .u8(0)
                .u16(utf8.length + 1)
                .u16(type.message().length)
                .u16(space.length)
                .u8(1) // the name is UTF-8
                .bytes(utf8)
                .u8(0)
                .bytes(type.message())
                .bytes(space)
                .bytes(value)
                .bytes(items.references())
                .toBytes();
    }
}
