package dev.posthorn.hdf5;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collections of variable-length values, found by address of the collection and index within. */
final class GlobalHeap {
    private static final int KEPT = 16;

    private final Bytes bytes;
    private final Map<Long, Map<Integer, In>> collections = new LinkedHashMap<>(32, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Map<Integer, In>> eldest) {
            return size() > KEPT;
        }
    };

    GlobalHeap(Bytes bytes) {
        this.bytes = bytes;
    }

    /** The first {@code length} bytes of a value. */
    synchronized byte[] value(long address, int index, long length, Walk walk) {
        Map<Integer, In> collection = collections.get(address);
        if (collection == null) {
            collection = read(address);
            collections.put(address, collection);
        }
        In object = collection.get(index);
        if (object == null) {
            throw new Malformed("value " + index + " in the global heap at " + address, "none");
        }
        walk.spend(length);
        return object.position(0).bytes(length);
    }

    private Map<Integer, In> read(long address) {
        Walk walk = bytes.walk();
        int front = 8 + bytes.lengthSize();
        In in = walk.at(address, front).signature("GCOL");
        in.version("global heap", 1, 1);
        long size = in.skip(3).length();
        in = walk.at(address, size).skip(front);
        Map<Integer, In> objects = new HashMap<>();
        while (in.remaining() >= front) {
            int index = in.u16();
            if (index == 0) {
                break;
            }
            int start = in.skip(6).position() + bytes.lengthSize();
            long length = in.length();
            objects.put(index, in.slice(length));
            in.skip(Math.min(-(in.position() - start) & 7, in.remaining()));
        }
        return objects;
    }
}
