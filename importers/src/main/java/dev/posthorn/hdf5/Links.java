package dev.posthorn.hdf5;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names in a group and where they lead, in each of the three ways the format stores them. */
final class Links {
    /**
     * One name.
     *
     * @param address the object header it leads to, or {@link Bytes#UNDEFINED} for other links than hard ones
     * @param soft the path it stands for, null for other links than soft ones
     * @param order when it was created, where the group tracks that
     */
    record Link(String name, long address, String soft, long order) {
        /** Whether it leads out of this file, which is never followed. */
        boolean external() {
            return soft == null && address == Bytes.UNDEFINED;
        }
    }

    private final Walk walk;
    private final List<Link> links = new ArrayList<>();

    private Links(Walk walk) {
        this.walk = walk;
    }

    /** Every link of a group: in order of creation where the group tracks it, else in byte order of the names. */
    static Map<String, Link> of(Bytes bytes, ObjectHeader group) {
        Links found = new Links(bytes.walk());
        boolean ordered = false;
        In table = group.one(ObjectHeader.SYMBOL_TABLE).orElse(null);
        if (table != null) {
            found.symbolTable(table.offset(), table.offset());
        } else {
            for (ObjectHeader.Message m : group.all(ObjectHeader.LINK)) {
                found.link(m.data().position(0));
            }
            In info = group.one(ObjectHeader.LINK_INFO).orElse(null);
            if (info != null) {
                ordered = found.dense(info);
            }
        }
        found.links.sort(
                ordered
                        ? Comparator.comparingLong(Link::order)
                        : Comparator.comparing(l -> l.name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        Map<String, Link> byName = new LinkedHashMap<>();
        for (Link l : found.links) {
            if (l.name.isEmpty() || byName.put(l.name, l) != null) {
                throw new Malformed("distinct names in a group", "\"" + l.name + "\" twice");
            }
        }
        return byName;
    }

    private void symbolTable(long tree, long heap) {
        Bytes bytes = walk.bytes();
        In in = walk.at(heap, 8 + 2L * bytes.lengthSize() + bytes.offsetSize()).signature("HEAP");
        in.version("local heap", 0, 0);
        long size = in.skip(3).length();
        in.length();
        In names = walk.at(in.offset(), size);
        BTree1.leaves(walk, tree, 0, bytes.lengthSize(), (key, address) -> symbols(address, names));
    }

    private void symbols(long address, In names) {
        Bytes bytes = walk.bytes();
        In front = walk.at(address, 8).signature("SNOD");
        front.version("symbol table node", 1, 1);
        int count = front.skip(1).u16();
        int entry = 2 * bytes.offsetSize() + 24;
        In in = walk.at(address + 8, (long) count * entry);
        for (int i = 0; i < count; i++) {
            String name = name(names, in.offset());
            long header = in.offset();
            long cache = in.u32();
            In scratch = in.skip(4).slice(16);
            links.add(
                    cache == 2
                            ? new Link(name, Bytes.UNDEFINED, name(names, scratch.u32()), 0)
                            : new Link(name, header, null, 0));
        }
    }

    private String name(In names, long at) {
        if (at < 0 || at > Integer.MAX_VALUE) {
            throw new Malformed("a name within the local heap", at);
        }
        String name = names.position((int) at).zeroTerminated();
        walk.spend(name.length());
        return name;
    }

    private boolean dense(In info) {
        info.version("link info", 0, 0);
        boolean ordered = (info.u8() & 1) != 0;
        info.skip(ordered ? 8 : 0);
        long heapAddress = info.offset();
        long tree = info.offset();
        if (heapAddress != Bytes.UNDEFINED && tree != Bytes.UNDEFINED) {
            FractalHeap heap = new FractalHeap(walk, heapAddress);
            BTree2.records(walk, tree, 5, record -> link(heap.value(record.skip(4))));
        }
        return ordered;
    }

    private void link(In in) {
        in.version("link", 1, 1);
        int flags = in.u8();
        int kind = (flags & 8) == 0 ? 0 : in.u8();
        long order = (flags & 4) == 0 ? 0 : in.unsigned(8);
        in.skip((flags & 16) == 0 ? 0 : 1);
        String name = in.utf8(in.unsigned(1 << (flags & 3)));
        links.add(
                switch (kind) {
                    case 0 -> new Link(name, in.offset(), null, order);
                    case 1 -> new Link(name, Bytes.UNDEFINED, in.utf8(in.u16()), order);
                    default -> new Link(name, Bytes.UNDEFINED, null, order);
                });
    }
}
