package dev.posthorn.hdf5;

import java.nio.ByteBuffer;

/** Where the elements of a dataset lie. Hands them out in runs of raw bytes, so that no second copy is ever whole. */
abstract class Layout {
    /** Takes {@code n} raw elements, of which the first is number {@code at} of those asked for. */
    interface Sink {
        void accept(ByteBuffer raw, int at, int n);
    }

    private static final int PIECE = 1 << 18;
    private static final long EXPANSION = 1L << 26;
    private static final int EXPANSION_FACTOR = 64;

    /** Reads {@code count} elements from element {@code from} in row-major order. */
    abstract void read(long from, int count, Sink sink);

    /** How many bytes of elements stand in the file as they are, neither compressed nor left unwritten. */
    abstract long stored();

    /** The bytes of the largest piece that must be held at once. */
    long piece() {
        return 0;
    }

    /** To how many bytes the rest may expand: so much, and so many times the size of the file. */
    static long affordable(Bytes bytes) {
        return EXPANSION + EXPANSION_FACTOR * bytes.size();
    }

    /** Decodes the layout of a dataset from its header. */
    static Layout read(Bytes bytes, ObjectHeader header, Datatype type, Dataspace space) {
        In in = header.one(ObjectHeader.LAYOUT).orElseThrow(() -> new Malformed("a data layout", "none"));
        if (header.has(ObjectHeader.EXTERNAL_FILES)) {
            throw new Malformed("data in this file", "data in external files, which are never opened");
        }
        Fill fill = Fill.read(header, type.size());
        int version = in.version("data layout", 1, 4);
        if (version < 3) {
            int rank = in.u8();
            int kind = in.u8();
            in.skip(5);
            long address = kind == 0 ? Bytes.UNDEFINED : in.offset();
            if (kind == 2) {
                long[] chunk = chunk(in, rank, 4);
                return new Chunked(
                        bytes,
                        type,
                        space,
                        chunk,
                        new ChunkMap(bytes, address, chunk, space.dims()),
                        Filters.read(header),
                        fill,
                        false);
            }
            in.skip(4L * rank);
            return kind == 0
                    ? compact(in, in.u32(), type, space)
                    : new Contiguous(bytes, address, Math.multiplyExact(space.size(), type.size()), type, space, fill);
        }
        int kind = in.u8();
        return switch (kind) {
            case 0 -> compact(in, in.u16(), type, space);
            case 1 -> new Contiguous(bytes, in.offset(), in.length(), type, space, fill);
            case 2 ->
                version == 3
                        ? chunked3(bytes, in, header, type, space, fill)
                        : chunked4(bytes, in, header, type, space, fill);
            default ->
                throw new Malformed("compact, contiguous or chunked data", kind == 3 ? "virtual" : "layout " + kind);
        };
    }

    private static Layout chunked3(Bytes bytes, In in, ObjectHeader header, Datatype type, Dataspace space, Fill fill) {
        int rank = in.u8();
        long address = in.offset();
        long[] chunk = chunk(in, rank, 4);
        return new Chunked(
                bytes,
                type,
                space,
                chunk,
                new ChunkMap(bytes, address, chunk, space.dims()),
                Filters.read(header),
                fill,
                false);
    }

    private static Layout chunked4(Bytes bytes, In in, ObjectHeader header, Datatype type, Dataspace space, Fill fill) {
        int flags = in.u8();
        int rank = in.u8();
        long[] chunk = chunk(in, rank, in.u8());
        int kind = in.u8();
        Filters filters = Filters.read(header);
        long whole = Chunked.bytes(chunk, type.size());
        ChunkIndex index = switch (kind) {
            case 1 -> {
                long size = (flags & 2) == 0 ? whole : in.length();
                int mask = (flags & 2) == 0 ? 0 : (int) in.u32();
                ChunkIndex.Chunk only = new ChunkIndex.Chunk(in.offset(), size, mask);
                yield at -> only;
            }
            case 2 -> {
                long address = in.offset();
                ChunkIndex.Grid grid = ChunkIndex.grid(space.dims(), chunk);
                yield at -> new ChunkIndex.Chunk(
                        Math.addExact(address, Math.multiplyExact(grid.number(at), whole)), whole, 0);
            }
            case 3 -> new FixedArray(bytes, in.skip(1).offset(), ChunkIndex.grid(space.max(), chunk), whole);
            case 4 -> ExtensibleArray.of(bytes, in.skip(5).offset(), space, chunk, whole);
            case 5 -> new ChunkMap(bytes, in.skip(6).offset(), chunk, space.dims(), whole);
            default -> throw new Malformed("a chunk index of kind 1 to 5", kind);
        };
        return new Chunked(bytes, type, space, chunk, index, filters, fill, (flags & 1) != 0);
    }

    /** Chunk dimensions; the last one in the file is the element size. */
    private static long[] chunk(In in, int rank, int width) {
        if (rank < 2 || rank > 33) {
            throw new Malformed("chunks of 1 to 32 dimensions", rank - 1);
        }
        long[] chunk = new long[rank - 1];
        for (int i = 0; i < chunk.length; i++) {
            chunk[i] = in.unsigned(width);
            if (chunk[i] < 1) {
                throw new Malformed("a chunk dimension of at least 1", chunk[i]);
            }
        }
        in.unsigned(width);
        return chunk;
    }

    private static Layout compact(In in, long size, Datatype type, Dataspace space) {
        byte[] data = in.bytes(size);
        if (data.length < Math.multiplyExact(space.size(), type.size())) {
            throw new Malformed(space.size() + " elements of " + type.size() + " bytes", data.length + " bytes");
        }
        return new Layout() {
            @Override
            void read(long from, int count, Sink sink) {
                sink.accept(
                        ByteBuffer.wrap(data, (int) from * type.size(), count * type.size())
                                .slice(),
                        0,
                        count);
            }

            @Override
            long stored() {
                return data.length;
            }
        };
    }

    /** What unwritten elements are. */
    record Fill(byte[] element) {
        static Fill read(ObjectHeader header, int size) {
            byte[] value = header.one(ObjectHeader.FILL)
                    .map(Fill::value)
                    .or(() -> header.one(ObjectHeader.FILL_OLD).map(in -> in.bytes(in.u32())))
                    .orElse(new byte[0]);
            return new Fill(value.length == size ? value : new byte[0]);
        }

        private static byte[] value(In in) {
            int version = in.version("fill value", 1, 3);
            boolean defined;
            if (version < 3) {
                defined = in.skip(2).u8() == 1 || version == 1;
            } else {
                defined = (in.u8() & 0x20) != 0;
            }
            return defined && in.remaining() >= 4 ? in.bytes(in.u32()) : new byte[0];
        }

        /** A buffer of {@code n} unwritten elements. */
        ByteBuffer of(int n, int size) {
            byte[] out = new byte[Math.multiplyExact(n, size)];
            for (int i = 0; i < out.length && element.length > 0; i += element.length) {
                System.arraycopy(element, 0, out, i, element.length);
            }
            return ByteBuffer.wrap(out);
        }
    }

    /** All elements in one piece of the file. */
    private static final class Contiguous extends Layout {
        private final Bytes bytes;
        private final long address;
        private final int size;
        private final Fill fill;
        private final long stored;

        Contiguous(Bytes bytes, long address, long length, Datatype type, Dataspace space, Fill fill) {
            this.bytes = bytes;
            this.address = address;
            this.size = type.size();
            this.fill = fill;
            this.stored = address == Bytes.UNDEFINED ? 0 : Math.multiplyExact(space.size(), size);
            if (stored > 0) {
                bytes.check(address, length);
                if (stored > length) {
                    throw new Malformed(space.size() + " elements of " + size + " bytes", length + " bytes");
                }
            }
        }

        @Override
        void read(long from, int count, Sink sink) {
            int most = Math.min(count, Math.max(1, PIECE / size));
            int length = Math.multiplyExact(most, size);
            ByteBuffer piece = address == Bytes.UNDEFINED
                    ? fill.of(most, size)
                    : length < PIECE / 8 ? ByteBuffer.allocate(length) : ByteBuffer.allocateDirect(length);
            for (int done = 0; done < count; ) {
                int n = Math.min(most, count - done);
                piece.clear().limit(n * size);
                if (address != Bytes.UNDEFINED) {
                    bytes.read(address + (from + done) * size, piece);
                    piece.flip();
                }
                sink.accept(piece, done, n);
                done += n;
            }
        }

        @Override
        long stored() {
            return stored;
        }
    }
}
