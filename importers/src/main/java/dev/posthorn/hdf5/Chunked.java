package dev.posthorn.hdf5;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Elements in chunks of equal shape, each of which may have gone through filters. */
final class Chunked extends Layout {
    private final Bytes bytes;
    private final int size;
    private final long[] dims;
    private final long[] chunk;
    private final ChunkIndex index;
    private final Filters filters;
    private final Fill fill;
    private final boolean plainEdges;
    private final int whole;
    private final long[] strides;
    private ByteBuffer unwritten;

    Chunked(
            Bytes bytes,
            Datatype type,
            Dataspace space,
            long[] chunk,
            ChunkIndex index,
            Filters filters,
            Fill fill,
            boolean plainEdges) {
        this.bytes = bytes;
        this.size = type.size();
        this.dims = space.dims();
        this.chunk = chunk;
        this.index = index;
        this.filters = filters;
        this.fill = fill;
        this.plainEdges = plainEdges;
        if (chunk.length != dims.length) {
            throw new Malformed("chunks of " + dims.length + " dimensions", chunk.length);
        }
        this.whole = bytes(chunk, size);
        this.strides = strides(dims);
    }

    /** The bytes of one chunk before filters. */
    static int bytes(long[] chunk, int size) {
        long n = size;
        for (long c : chunk) {
            n = Math.multiplyExact(n, c);
        }
        if (n > Integer.MAX_VALUE - 64) {
            throw new Malformed("chunks below 2 GB", n + " bytes");
        }
        return (int) n;
    }

    private static long[] strides(long[] dims) {
        long[] s = new long[dims.length];
        for (int i = dims.length - 1, n = 1; i >= 0; i--) {
            s[i] = i == dims.length - 1 ? n : Math.multiplyExact(s[i + 1], dims[i + 1]);
        }
        return s;
    }

    @Override
    long stored() {
        return 0;
    }

    @Override
    long piece() {
        return whole;
    }

    @Override
    void read(long from, int count, Sink sink) {
        if (count == 0) {
            return;
        }
        long to = from + count;
        for (long row : strides) {
            // A short slice over the end of a long row is two slices: so as many chunks are looked at as it has
            // elements.
            int head = (int) Math.min(count, row - from % row);
            if (count < row && head < count) {
                read(from, head, sink);
                read(from + head, count - head, (raw, at, n) -> sink.accept(raw, head + at, n));
                return;
            }
        }
        long[] end = ChunkIndex.grid(dims, chunk).counts();
        long[] first = new long[dims.length];
        boolean oneRow = true;
        for (int i = 0; i < dims.length && oneRow; i++) {
            long low = from / strides[i];
            long high = (to - 1) / strides[i];
            first[i] = low % dims[i] / chunk[i];
            end[i] = high % dims[i] / chunk[i] + 1;
            oneRow = low == high;
        }
        long[] place = first.clone();
        long decoded = 0;
        do {
            long low = 0;
            long high = 0;
            long[] extent = new long[dims.length];
            for (int i = 0; i < dims.length; i++) {
                extent[i] = Math.min(chunk[i], dims[i] - place[i] * chunk[i]);
                low += place[i] * chunk[i] * strides[i];
                high += (place[i] * chunk[i] + extent[i] - 1) * strides[i];
            }
            if (low < to && high >= from) {
                decoded += whole;
                if (decoded > 4 * affordable(bytes)) {
                    throw new Malformed(
                            "chunks that hold mostly elements of the dataset", "chunks of " + whole + " bytes");
                }
                copy(chunk(place, extent), low, extent, from, to, sink);
            }
        } while (next(place, first, end));
    }

    /** Advances a row-major counter from {@code first} up to {@code end}; false at the end. */
    private static boolean next(long[] at, long[] first, long[] end) {
        for (int i = at.length - 1; i >= 0; i--) {
            if (++at[i] < end[i]) {
                return true;
            }
            at[i] = first[i];
        }
        return false;
    }

    private ByteBuffer chunk(long[] place, long[] extent) {
        ChunkIndex.Chunk c = index.at(place);
        if (c == null || c.address() == Bytes.UNDEFINED) {
            if (unwritten == null) {
                unwritten = fill.of(whole / size, size);
            }
            return unwritten.duplicate();
        }
        bytes.check(c.address(), c.size());
        boolean filtered = !filters.isEmpty() && !(plainEdges && !Arrays.equals(extent, chunk));
        if (!filtered && c.size() != whole) {
            throw new Malformed("a chunk of " + whole + " bytes", c.size());
        }
        if (c.size() > Integer.MAX_VALUE - 64) {
            throw new Malformed("a stored chunk below 2 GB", c.size());
        }
        byte[] stored = new byte[(int) c.size()];
        bytes.read(c.address(), ByteBuffer.wrap(stored));
        return ByteBuffer.wrap(filtered ? filters.decode(stored, c.mask(), whole, size) : stored);
    }

    /** Hands out the part of a chunk within [from, to) as runs that are contiguous in chunk and dataset alike. */
    private void copy(ByteBuffer raw, long low, long[] extent, long from, long to, Sink sink) {
        int axis = dims.length - 1;
        while (axis > 0 && chunk[axis] == dims[axis]) {
            axis--;
        }
        long run = extent[axis] * strides[axis];
        long[] inner = strides(chunk);
        long[] end = Arrays.copyOf(extent, axis);
        long[] first = new long[axis];
        long[] at = new long[axis];
        do {
            long source = 0;
            long target = low;
            for (int i = 0; i < axis; i++) {
                source += at[i] * inner[i];
                target += at[i] * strides[i];
            }
            long begin = Math.max(target, from);
            long n = Math.min(target + run, to) - begin;
            if (n > 0) {
                int start = (int) (source + begin - target) * size;
                raw.limit(start + (int) n * size).position(start);
                sink.accept(raw, (int) (begin - from), (int) n);
            }
        } while (next(at, first, end));
    }
}
