package dev.posthorn.hdf5;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What stands at an object's address: messages that together describe a group, a dataset or a committed type. */
final class ObjectHeader {
    static final int DATASPACE = 0x01;
    static final int LINK_INFO = 0x02;
    static final int DATATYPE = 0x03;
    static final int FILL_OLD = 0x04;
    static final int FILL = 0x05;
    static final int LINK = 0x06;
    static final int EXTERNAL_FILES = 0x07;
    static final int LAYOUT = 0x08;
    static final int GROUP_INFO = 0x0a;
    static final int FILTERS = 0x0b;
    static final int ATTRIBUTE = 0x0c;
    static final int CONTINUATION = 0x10;
    static final int SYMBOL_TABLE = 0x11;
    static final int ATTRIBUTE_INFO = 0x15;

    /** One message; {@code data} may be read once. */
    record Message(int type, boolean shared, In data) {}

    private record Block(long address, long length) {}

    private final List<Message> messages = new ArrayList<>();
    private final Walk walk;
    private final Deque<Block> continuations = new ArrayDeque<>();

    private ObjectHeader(Walk walk) {
        this.walk = walk;
    }

    static ObjectHeader read(Bytes bytes, long address) {
        ObjectHeader header = new ObjectHeader(bytes.walk());
        In in = header.walk.upTo(address, 34);
        if (in.u8() == 1) {
            header.version1(address, in);
        } else {
            header.version2(address, in.position(0));
        }
        return header;
    }

    private void version1(long address, In in) {
        in.skip(7);
        continuations.add(new Block(address + 16, in.u32()));
        for (Block block; (block = continuations.poll()) != null; ) {
            In b = walk.at(block.address, block.length);
            while (b.remaining() >= 8) {
                int type = b.u16();
                int size = b.u16();
                int flags = b.u8();
                add(type, flags, b.skip(3).slice(size));
            }
        }
    }

    private void version2(long address, In in) {
        in.signature("OHDR").version("object header", 2, 2);
        int flags = in.u8();
        in.skip((flags & 0x20) == 0 ? 0 : 16).skip((flags & 0x10) == 0 ? 0 : 4);
        long size = in.unsigned(1 << (flags & 3));
        int front = in.position();
        boolean ordered = (flags & 4) != 0;
        bounded(size);
        messages(walk.at(address, front + size + 4), front, ordered);
        for (Block block; (block = continuations.poll()) != null; ) {
            bounded(block.length);
            In b = walk.at(block.address, block.length).signature("OCHK");
            messages(b, 4, ordered);
        }
    }

    private void bounded(long size) {
        if (size < 0 || size > walk.bytes().size()) {
            throw new Malformed("an object header of at most " + walk.bytes().size() + " bytes", size);
        }
    }

    private void messages(In block, int front, boolean ordered) {
        int end = block.position(0).remaining() - 4;
        block.checksum(end + 4).position(front);
        In b = block.slice(end - front);
        int prefix = ordered ? 6 : 4;
        while (b.remaining() >= prefix) {
            int type = b.u8();
            int size = b.u16();
            int flags = b.u8();
            add(type, flags, b.skip(prefix - 4).slice(size));
        }
    }

    private void add(int type, int flags, In data) {
        if (type == CONTINUATION) {
            continuations.add(new Block(data.offset(), data.length()));
        } else if (type != 0) {
            messages.add(new Message(type, (flags & 2) != 0, data));
        }
    }

    boolean has(int type) {
        return messages.stream().anyMatch(m -> m.type == type);
    }

    List<Message> all(int type) {
        return messages.stream().filter(m -> m.type == type).toList();
    }

    /** The message of this type, from its beginning, where it is not shared with other objects. */
    Optional<In> one(int type) {
        return messages.stream().filter(m -> m.type == type).findFirst().map(m -> own(m).position(0));
    }

    private static In own(Message m) {
        if (m.shared) {
            throw new Malformed("a message of its own", "a shared message of type " + m.type);
        }
        return m.data;
    }

    /** The datatype, also where it is committed elsewhere in the file. */
    Optional<Datatype> datatype() {
        return messages.stream()
                .filter(m -> m.type == DATATYPE)
                .findFirst()
                .map(m -> Datatype.read(walk.bytes(), m.data.position(0), m.shared));
    }
}
