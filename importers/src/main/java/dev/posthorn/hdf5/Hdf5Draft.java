package dev.posthorn.hdf5;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * An HDF5 file to be written: a tree of groups, datasets and attributes. Where everything comes to lie is computed first;
 * then the bytes flow forward into any stream, so that memory is that of the tree and one piece of elements, and equal
 * trees give equal bytes. Readable by every HDF5 since 1.8.
 *
 * <p>Superblock 2, object headers 2 with checksums and without times, links in object headers, contiguous data, strings of
 * variable length in global heaps. Source: HDF5 File Format Specification Version 3.0.
 */
public final class Hdf5Draft {
    private static final int SUPERBLOCK = 48;
    private static final int LARGE = 1 << 10;
    private static final int LARGE_ALIGNMENT = 64;

    private final DraftGroup root = new DraftGroup("/");
    private final List<DraftObject> objects = new ArrayList<>();
    private final List<DraftHeap> heaps = new ArrayList<>();
    private long end;

    /** The group in which everything else is. */
    public DraftGroup root() {
        return root;
    }

    /** Computes the layout; nothing may be added afterwards. The length of the file. */
    public long size() {
        if (end == 0) {
            collect(root);
            end = place();
        }
        return end;
    }

    private void collect(DraftObject object) {
        objects.add(object);
        if (object instanceof DraftGroup g) {
            g.children().forEach(this::collect);
        }
    }

    private long place() {
        long at = SUPERBLOCK;
        for (DraftObject o : objects) {
            o.address(at);
            at = aligned(at + o.header().length, 8);
            o.attributes().forEach(a -> a.items().place(heaps));
            if (o instanceof DraftDataset d) {
                d.items().place(heaps);
            }
        }
        for (DraftHeap h : heaps) {
            h.address(at);
            at += h.size();
        }
        for (DraftObject o : objects) {
            if (o instanceof DraftDataset d && d.bytes() > 0) {
                at = aligned(at, d.bytes() < LARGE ? 8 : LARGE_ALIGNMENT);
                d.data(at);
                at = Math.addExact(at, d.bytes());
            }
        }
        return at;
    }

    private static long aligned(long at, int to) {
        return (at + to - 1) / to * to;
    }

    /** Writes the file; the stream is neither flushed nor closed. */
    public void write(OutputStream stream) throws IOException {
        size();
        Forward out = new Forward(stream);
        out.write(new Out()
                .u8(0x89)
                .ascii("HDF\r\n\u001a\n")
                .u8(2)
                .u8(8) // bytes of an address
                .u8(8) // bytes of a length
                .u8(0)
                .u64(0)
                .u64(Bytes.UNDEFINED)
                .u64(end)
                .u64(root.address())
                .checksum()
                .toBytes());
        for (DraftObject o : objects) {
            out.to(o.address());
            out.write(o.header());
        }
        for (DraftHeap h : heaps) {
            out.to(h.address());
            out.write(h.bytes());
        }
        for (DraftObject o : objects) {
            if (o instanceof DraftDataset d && d.bytes() > 0) {
                out.to(d.data());
                d.write(out);
            }
        }
        out.to(end);
    }

    /** A stream that knows its position and goes forward to another. */
    private static final class Forward extends OutputStream {
        private final OutputStream out;
        private long at;

        Forward(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            at++;
        }

        @Override
        public void write(byte[] b, int from, int count) throws IOException {
            out.write(b, from, count);
            at += count;
        }

        void to(long position) throws IOException {
            if (position < at || position - at > LARGE_ALIGNMENT) {
                throw new IllegalStateException("Hdf5Draft: expected position " + position + " but was " + at);
            }
            while (at < position) {
                write(0);
            }
        }
    }
}
