package dev.posthorn.hdf5;

/** The older B-tree, which indexes the names of a group (kind 0) or the chunks of a dataset (kind 1). */
final class BTree1 {
    /** Takes a key, and the address it leads to. */
    interface Visitor {
        void leaf(In key, long address);
    }

    private BTree1() {}

    /** Hands every entry of the lowest level to {@code visitor}, in order. */
    static void leaves(Walk walk, long root, int kind, int keySize, Visitor visitor) {
        if (root != Bytes.UNDEFINED) {
            node(walk, root, kind, keySize, -1, visitor);
        }
    }

    private static void node(Walk walk, long address, int kind, int keySize, int level, Visitor visitor) {
        int front = 8 + 2 * walk.bytes().offsetSize();
        In in = walk.at(address, front).signature("TREE");
        int type = in.u8();
        int depth = in.u8();
        int entries = in.u16();
        if (type != kind || level >= 0 && depth != level) {
            throw new Malformed(
                    "a B-tree node of kind " + kind + (level < 0 ? "" : ", level " + level),
                    "kind " + type + ", level " + depth);
        }
        in = walk.at(address + front, (long) entries * (keySize + walk.bytes().offsetSize()));
        for (int i = 0; i < entries; i++) {
            In key = in.slice(keySize);
            long child = in.offset();
            if (depth == 0) {
                visitor.leaf(key, child);
            } else {
                node(walk, child, kind, keySize, depth - 1, visitor);
            }
        }
    }
}
