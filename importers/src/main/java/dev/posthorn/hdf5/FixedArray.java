package dev.posthorn.hdf5;

/** The chunk index of datasets that cannot grow: one entry for each chunk of the grid, in pages where they are many. */
final class FixedArray implements ChunkIndex {
    private final Bytes bytes;
    private final Grid grid;
    private final long whole;
    private final boolean filtered;
    private final int entry;
    private final int pageBits;
    private final long entries;
    private final long block;

    FixedArray(Bytes bytes, long address, Grid grid, long whole) {
        this.bytes = bytes;
        this.grid = grid;
        this.whole = whole;
        if (address == Bytes.UNDEFINED) {
            filtered = false;
            entry = 0;
            pageBits = 0;
            entries = 0;
            block = Bytes.UNDEFINED;
            return;
        }
        int length = 8 + bytes.lengthSize() + bytes.offsetSize() + 4;
        In in = bytes.walk().at(address, length).checksum(length).signature("FAHD");
        in.version("fixed array", 0, 0);
        filtered = in.u8() == 1;
        entry = in.u8();
        pageBits = in.u8();
        entries = in.length();
        block = in.offset();
        if (pageBits > 30 || entry < bytes.offsetSize() + (filtered ? 5 : 0)) {
            throw new Malformed("fixed array entries of an address at least", entry + " bytes");
        }
    }

    @Override
    public Chunk at(long[] place) {
        long i = grid.number(place);
        if (block == Bytes.UNDEFINED || i >= entries) {
            return null;
        }
        int front = 6 + bytes.offsetSize();
        long page = 1L << pageBits;
        long at = block + front + i * entry;
        if (entries > page) {
            long pages = (entries - 1) / page + 1;
            long p = i / page;
            int bit = bytes.walk().at(block + front + p / 8, 1).u8() & 0x80 >> (int) (p % 8);
            if (bit == 0) {
                return null;
            }
            at = block + front + (pages + 7) / 8 + 4 + p * (page * entry + 4) + i % page * entry;
        }
        return entry(bytes.walk().at(at, entry), filtered, whole);
    }

    /** Decodes an entry of a fixed or extensible array. */
    static Chunk entry(In in, boolean filtered, long whole) {
        long address = in.offset();
        return filtered
                ? new Chunk(address, in.unsigned(in.remaining() - 4), (int) in.u32())
                : new Chunk(address, whole, 0);
    }
}
