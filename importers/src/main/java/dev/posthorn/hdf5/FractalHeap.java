package dev.posthorn.hdf5;

import java.util.HashMap;
import java.util.Map;

/** Storage of the newer format for links and attributes that do not fit their object header. */
final class FractalHeap {
    private record Huge(long address, long length) {}

    private final Walk walk;
    private final int idLength;
    private final long maxManaged;
    private final long hugeTree;
    private final int width;
    private final long startSize;
    private final long maxDirect;
    private final int offsetBytes;
    private final long root;
    private final int rootRows;
    private final int directRows;
    private Map<Long, Huge> huge;

    FractalHeap(Walk walk, long address) {
        this.walk = walk;
        int o = walk.bytes().offsetSize();
        int l = walk.bytes().lengthSize();
        int length = 26 + 12 * l + 3 * o;
        In in = walk.at(address, length).signature("FRHP");
        in.version("fractal heap", 0, 0);
        idLength = in.u16();
        int filters = in.u16();
        if (filters != 0) {
            throw new Malformed("a fractal heap without filters", "a filtered one");
        }
        in.checksum(length);
        in.skip(1);
        maxManaged = in.u32();
        in.length();
        hugeTree = in.offset();
        in.skip(l + o + 8L * l);
        width = in.u16();
        startSize = in.length();
        maxDirect = in.length();
        int bits = in.u16();
        in.skip(2);
        root = in.offset();
        rootRows = in.u16();
        if (width < 1
                || startSize < 1
                || maxDirect < startSize
                || Long.bitCount(startSize) != 1
                || Long.bitCount(maxDirect) != 1
                || bits < 1
                || bits > 63) {
            throw new Malformed("a fractal heap of blocks of powers of two", startSize + " to " + maxDirect);
        }
        offsetBytes = (bits + 7) / 8;
        directRows = log2(maxDirect) - log2(startSize) + 2;
    }

    /** The value whose heap identifier comes next in {@code in}. */
    In value(In in) {
        In id = in.slice(idLength);
        int first = id.u8();
        switch (first >> 4 & 3) {
            case 0 -> {
                long offset = id.unsigned(offsetBytes);
                long length = id.unsigned(Math.min((log2(maxDirect) + 7) / 8, bytesFor(maxManaged)));
                return walk.at(locate(offset), length);
            }
            case 1 -> {
                int direct = walk.bytes().offsetSize() + walk.bytes().lengthSize();
                Huge at = idLength - 1 >= direct
                        ? new Huge(id.offset(), id.length())
                        : huge(id.unsigned(Math.min(idLength - 1, walk.bytes().lengthSize())));
                return walk.at(at.address, at.length);
            }
            case 2 -> {
                int length = idLength <= 18 ? (first & 15) + 1 : ((first & 15) << 8 | id.u8()) + 1;
                return id.slice(length);
            }
            default -> throw new Malformed("a managed, huge or tiny heap value", "kind 3");
        }
    }

    private Huge huge(long id) {
        if (huge == null) {
            huge = new HashMap<>();
            BTree2.records(walk, hugeTree, 1, r -> {
                Huge at = new Huge(r.offset(), r.length());
                huge.put(r.length(), at);
            });
        }
        Huge at = huge.get(id);
        if (at == null) {
            throw new Malformed("huge heap value " + id, "none");
        }
        return at;
    }

    /** The file address of a position in the heap's own address space: down the doubling table. */
    private long locate(long offset) {
        if (rootRows == 0) {
            return root + offset;
        }
        long block = root;
        long rest = offset;
        for (int rows = rootRows; ; ) {
            int row = rest < width * startSize ? 0 : log2(rest / (width * startSize)) + 1;
            if (row >= rows) {
                throw new Malformed("a heap value within " + rows + " rows", "row " + row);
            }
            long size = row == 0 ? startSize : startSize << row - 1;
            rest -= row == 0 ? 0 : width * size;
            long column = rest / size;
            rest -= column * size;
            long entry = row * (long) width + column;
            int o = walk.bytes().offsetSize();
            long child = walk.at(block + 5 + o + offsetBytes + entry * o, o).offset();
            if (child == Bytes.UNDEFINED) {
                throw new Malformed("a block of the fractal heap", "none");
            }
            if (row < directRows) {
                return child + rest;
            }
            block = child;
            rows = log2(size) - log2(startSize * width) + 1;
        }
    }

    private static int log2(long n) {
        return 63 - Long.numberOfLeadingZeros(n);
    }

    private static int bytesFor(long n) {
        return log2(Math.max(1, n)) / 8 + 1;
    }
}
