package dev.posthorn.hdf5;

import java.util.HashMap;
import java.util.Map;

/** Chunks indexed by a B-tree of either kind, read whole when the first chunk is asked for. */
final class ChunkMap implements ChunkIndex {
    private final Bytes bytes;
    private final long root;
    private final long[] chunk;
    private final long[] dims;
    private final long whole;
    private Map<Long, Chunk> chunks;

    /** Indexed by the older B-tree. */
    ChunkMap(Bytes bytes, long root, long[] chunk, long[] dims) {
        this(bytes, root, chunk, dims, 0);
    }

    /** Indexed by the newer B-tree; an unfiltered chunk has {@code whole} bytes. */
    ChunkMap(Bytes bytes, long root, long[] chunk, long[] dims, long whole) {
        this.bytes = bytes;
        this.root = root;
        this.chunk = chunk;
        this.dims = dims;
        this.whole = whole;
    }

    @Override
    public synchronized Chunk at(long[] place) {
        Grid grid = ChunkIndex.grid(dims, chunk);
        if (chunks == null) {
            Map<Long, Chunk> found = new HashMap<>();
            if (root == Bytes.UNDEFINED) {
                chunks = found;
            } else if (whole == 0) {
                BTree1.leaves(bytes.walk(), root, 1, 8 + 8 * (chunk.length + 1), (key, address) -> {
                    long size = key.u32();
                    int mask = (int) key.u32();
                    put(found, grid, key, true, new Chunk(address, size, mask));
                });
            } else {
                boolean filtered = filtered();
                BTree2.records(bytes.walk(), root, filtered ? 11 : 10, r -> {
                    long address = r.offset();
                    long size = !filtered ? whole : r.unsigned(r.remaining() - 4 - 8 * chunk.length);
                    put(found, grid, r, false, new Chunk(address, size, filtered ? (int) r.u32() : 0));
                });
            }
            chunks = found;
        }
        return chunks.get(grid.number(place));
    }

    private boolean filtered() {
        return bytes.walk().at(root, 6).skip(5).u8() == 11;
    }

    private void put(Map<Long, Chunk> found, Grid grid, In in, boolean elements, Chunk at) {
        long[] place = new long[chunk.length];
        for (int i = 0; i < place.length; i++) {
            long p = in.unsigned(8);
            place[i] = elements ? p / chunk[i] : p;
            if (p < 0 || place[i] >= grid.counts()[i]) {
                return;
            }
        }
        found.put(grid.number(place), at);
    }
}
