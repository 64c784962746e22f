package dev.posthorn.hdf5;

import java.util.function.Consumer;

/** The newer B-tree: records of one size, whose meaning its kind tells. */
final class BTree2 {
    private static final int FRAME = 10;
    private static final int DEEPEST = 32;

    private final Walk walk;
    private final int kind;
    private final int nodeSize;
    private final int recordSize;
    private final int countSize;
    private final int[] totalSize;
    private final Consumer<In> visitor;

    /** Hands every record to {@code visitor}, in order. */
    static void records(Walk walk, long address, int kind, Consumer<In> visitor) {
        int length = 16 + walk.bytes().offsetSize() + 2 + walk.bytes().lengthSize() + 4;
        In in = walk.at(address, length).checksum(length).signature("BTHD");
        in.version("B-tree header", 0, 0);
        new BTree2(walk, kind, in, visitor);
    }

    private BTree2(Walk walk, int kind, In in, Consumer<In> visitor) {
        this.walk = walk;
        this.kind = kind;
        this.visitor = visitor;
        int was = in.u8();
        if (was != kind) {
            throw new Malformed("a B-tree of kind " + kind, was);
        }
        long size = in.u32();
        recordSize = in.u16();
        int depth = in.u16();
        long root = in.skip(2).offset();
        int count = in.u16();
        if (recordSize < 1 || size < FRAME + recordSize || size > 1 << 30 || depth > DEEPEST) {
            throw new Malformed(
                    "B-tree nodes of one record or more, at most " + DEEPEST + " deep",
                    size + " bytes for records of " + recordSize + ", " + depth + " deep");
        }
        nodeSize = (int) size;
        long most = (size - FRAME) / recordSize;
        countSize = width(most);
        totalSize = new int[depth + 1];
        long total = most;
        for (int u = 1; u <= depth; u++) {
            int pointer = walk.bytes().offsetSize() + countSize + totalSize[u - 1];
            long here = (size - FRAME - pointer) / (recordSize + pointer);
            total = Math.addExact(Math.multiplyExact(here + 1, total), here);
            totalSize[u] = width(total);
        }
        if (root != Bytes.UNDEFINED) {
            node(root, count, depth);
        }
    }

    /** Bytes that hold every count up to {@code most}. */
    private static int width(long most) {
        return (63 - Long.numberOfLeadingZeros(Math.max(1, most))) / 8 + 1;
    }

    private void node(long address, int count, int depth) {
        int pointer = depth == 0 ? 0 : walk.bytes().offsetSize() + countSize + totalSize[depth - 1];
        long used = 6 + (long) count * recordSize + (depth == 0 ? 0 : (count + 1L) * pointer) + 4;
        if (used > nodeSize) {
            throw new Malformed("B-tree nodes of " + nodeSize + " bytes", used);
        }
        In in = walk.at(address, used).checksum((int) used).signature(depth == 0 ? "BTLF" : "BTIN");
        in.version("B-tree node", 0, 0);
        if (in.u8() != kind) {
            throw new Malformed("a B-tree node of kind " + kind, "another");
        }
        In records = in.slice((long) count * recordSize);
        for (int i = 0; i <= count; i++) {
            if (depth > 0) {
                long child = in.offset();
                int records0 = (int) in.unsigned(countSize);
                in.skip(totalSize[depth - 1]);
                node(child, records0, depth - 1);
            }
            if (i < count) {
                visitor.accept(records.slice(recordSize));
            }
        }
    }
}
