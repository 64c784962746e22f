package dev.posthorn.hdf5;

/** Finds chunks by their place in the grid of chunks. */
interface ChunkIndex {
    /** A chunk in the file: {@code size} bytes as stored; bit i of {@code mask} says that filter i was skipped. */
    record Chunk(long address, long size, int mask) {}

    /** The chunk at these grid coordinates; null or at an undefined address where none was written. */
    Chunk at(long[] place);

    /** How many chunks there are along each axis, and their row-major numbers. */
    record Grid(long[] counts) {
        long number(long[] place) {
            long n = 0;
            for (int i = 0; i < counts.length; i++) {
                n = Math.addExact(Math.multiplyExact(n, counts[i]), place[i]);
            }
            return n;
        }
    }

    static Grid grid(long[] dims, long[] chunk) {
        if (dims.length != chunk.length) {
            throw new Malformed("chunks of " + dims.length + " dimensions", chunk.length);
        }
        long[] counts = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            counts[i] = dims[i] == Bytes.UNDEFINED ? 1 : (dims[i] - 1) / chunk[i] + 1;
        }
        return new Grid(counts);
    }
}
