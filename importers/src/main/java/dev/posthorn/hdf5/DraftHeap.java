package dev.posthorn.hdf5;

import java.util.ArrayList;
import java.util.List;

/** A global heap collection to be written: strings of variable length, numbered from 1. */
final class DraftHeap {
    private static final int LEAST = 4096;
    private static final int FULL = 1 << 16;
    private static final int HEADER = 16;

    /** Where a string lies: the collection's address and its number there. */
    record Place(DraftHeap heap, int index) {
        static final Place NOWHERE = new Place(null, 0);

        long address() {
            return heap == null ? 0 : heap.address;
        }
    }

    private final List<byte[]> objects = new ArrayList<>();
    private long used = HEADER;
    private long address;

    /** Whether no more should be added. */
    boolean full() {
        return used >= FULL;
    }

    Place add(byte[] object) {
        objects.add(object);
        used += HEADER + object.length + (-object.length & 7);
        return new Place(this, objects.size());
    }

    /** Bytes of the whole collection, with its free space. */
    long size() {
        return Math.max(LEAST, used + HEADER);
    }

    long address() {
        return address;
    }

    void address(long at) {
        address = at;
    }

    byte[] bytes() {
        Out out = new Out().ascii("GCOL").u8(1).zeros(3).u64(size());
        for (int i = 0; i < objects.size(); i++) {
            out.u16(i + 1).u16(1).u32(0).u64(objects.get(i).length).bytes(objects.get(i));
            out.align8();
        }
        long free = size() - used;
        out.u16(0).u16(0).u32(0).u64(free);
        return out.zeros((int) (size() - out.size())).toBytes();
    }
}
