package dev.posthorn.hdf5;

/** The chunk index of datasets that grow along one axis: blocks that double in size, reached through an index block. */
final class ExtensibleArray implements ChunkIndex {
    private final Bytes bytes;
    private final Grid grid;
    private final int growing;
    private final long whole;
    private final boolean filtered;
    private final int entry;
    private final int indexEntries;
    private final int leastEntries;
    private final int leastPointers;
    private final int pageBits;
    private final int offsetBytes;
    private final long index;

    static ChunkIndex of(Bytes bytes, long address, Dataspace space, long[] chunk, long whole) {
        return address == Bytes.UNDEFINED ? place -> null : new ExtensibleArray(bytes, address, space, chunk, whole);
    }

    private ExtensibleArray(Bytes bytes, long address, Dataspace space, long[] chunk, long whole) {
        this.bytes = bytes;
        this.whole = whole;
        int axis = 0;
        while (axis < chunk.length && axis < space.max().length && space.max()[axis] != Bytes.UNDEFINED) {
            axis++;
        }
        if (axis >= space.max().length) {
            throw new Malformed("an axis that may grow", "none");
        }
        growing = axis;
        grid = new Grid(moved(ChunkIndex.grid(space.max(), chunk).counts()));
        int length = 12 + 6 * bytes.lengthSize() + bytes.offsetSize() + 4;
        In in = bytes.walk().at(address, length).checksum(length).signature("EAHD");
        in.version("extensible array", 0, 0);
        filtered = in.u8() == 1;
        entry = in.u8();
        int maxBits = in.u8();
        indexEntries = in.u8();
        leastEntries = in.u8();
        leastPointers = in.u8();
        pageBits = in.u8();
        index = in.skip(6L * bytes.lengthSize()).offset();
        offsetBytes = (maxBits + 7) / 8;
        if (entry < bytes.offsetSize() + (filtered ? 5 : 0)
                || Integer.bitCount(leastEntries) != 1
                || Integer.bitCount(leastPointers) != 1
                || pageBits > 30
                || maxBits > 63) {
            throw new Malformed(
                    "an extensible array with blocks of powers of two", leastEntries + ", " + leastPointers);
        }
    }

    /** The growing axis moved to the front, so that growth appends. */
    private long[] moved(long[] place) {
        long[] out = new long[place.length];
        out[0] = place[growing];
        for (int i = 0, o = 1; i < place.length; i++) {
            if (i != growing) {
                out[o++] = place[i];
            }
        }
        return out;
    }

    @Override
    public Chunk at(long[] place) {
        long i = grid.number(moved(place));
        int o = bytes.offsetSize();
        if (index == Bytes.UNDEFINED) {
            return null;
        }
        long at = index + 6 + o;
        if (i < indexEntries) {
            return entry(at + i * entry);
        }
        at += (long) indexEntries * entry;
        i -= indexEntries;
        int level = 63 - Long.numberOfLeadingZeros(i / leastEntries + 1);
        i -= leastEntries * ((1L << level) - 1);
        long blocks = 1L << level / 2;
        long entries = (1L << (level + 1) / 2) * leastEntries;
        long block = i / entries;
        int direct = 2 * (31 - Integer.numberOfLeadingZeros(leastPointers));
        long page = 1L << pageBits;
        if (level < direct) {
            long before = 0;
            for (int u = 0; u < level; u++) {
                before += 1L << u / 2;
            }
            return in(address(at + (before + block) * o), i % entries, entries, page);
        }
        at += 2L * (leastPointers - 1) * o;
        long group = address(at + (long) (level - direct) * o);
        if (group == Bytes.UNDEFINED) {
            return null;
        }
        at = group + 6 + o + offsetBytes;
        if (entries > page) {
            long pages = entries / page;
            long p = block * pages + i % entries / page;
            if ((bytes.walk().at(at + p / 8, 1).u8() & 0x80 >> (int) (p % 8)) == 0) {
                return null;
            }
            at += blocks * ((pages + 7) / 8);
        }
        return in(address(at + block * o), i % entries, entries, page);
    }

    private Chunk in(long block, long i, long entries, long page) {
        if (block == Bytes.UNDEFINED) {
            return null;
        }
        long at = block + 6 + bytes.offsetSize() + offsetBytes;
        return entry(entries <= page ? at + i * entry : at + 4 + i / page * (page * entry + 4) + i % page * entry);
    }

    private long address(long at) {
        return bytes.walk().at(at, bytes.offsetSize()).offset();
    }

    private Chunk entry(long at) {
        return FixedArray.entry(bytes.walk().at(at, entry), filtered, whole);
    }
}
