package dev.posthorn.hdf5;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** A dataset to be written, contiguous. Its elements are asked for when their turn comes, a piece at a time. */
public final class DraftDataset extends DraftObject {
    private static final int PIECE = 1 << 16;

    /** The elements {@code from} to {@code from + count}, in an array from index {@code at} on. */
    interface Values {
        Piece read(long from, int count);
    }

    /** Elements of an array. */
    record Piece(Object array, int at) {}

    private final DraftType type;
    private final long[] dims;
    private final Values values;
    private final DraftItems items;
    private final long elements;
    private long data = Bytes.UNDEFINED;

    /** @param dims the dimensions; null where it has no extent */
    DraftDataset(String path, DraftType type, long[] dims, Values values, DraftItems items) {
        super(path);
        this.type = type;
        this.dims = dims;
        this.values = values;
        this.items = items;
        long n = dims == null ? 0 : 1;
        for (int i = 0; dims != null && i < dims.length; i++) {
            n = Math.multiplyExact(n, dims[i]);
        }
        this.elements = n;
    }

    static Values of(Tensor t) {
        return (from, count) -> new Piece(t.data(), (int) from);
    }

    /** Its elements, where they lie in a heap. */
    DraftItems items() {
        return items;
    }

    /** Bytes of all elements. */
    long bytes() {
        return Math.multiplyExact(elements, type.size());
    }

    void data(long at) {
        data = at;
    }

    long data() {
        return data;
    }

    void write(OutputStream out) throws IOException {
        int step = Math.max(1, 4 * PIECE / type.size());
        byte[] bytes = new byte[(int) Math.min(step, elements) * type.size()];
        for (long from = 0; from < elements; from += step) {
            int n = (int) Math.min(step, elements - from);
            Piece piece = values.read(from, n);
            type.encode(piece.array, piece.at, n, ByteBuffer.wrap(bytes));
            out.write(bytes, 0, n * type.size());
        }
    }

    @Override
    List<Message> messages() {
        return List.of(
                new Message(ObjectHeader.DATASPACE, dataspace(dims)),
                new Message(ObjectHeader.DATATYPE, type.message()),
                new Message(ObjectHeader.FILL, new byte[] {3, 0x0a}), // late, where one is set; none is
                new Message(
                        ObjectHeader.LAYOUT,
                        new Out()
                                .u8(3)
                                .u8(1) // contiguous
                                .u64(bytes() == 0 ? Bytes.UNDEFINED : data)
                                .u64(bytes())
                                .toBytes()));
    }
}
