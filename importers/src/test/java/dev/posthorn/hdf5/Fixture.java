package dev.posthorn.hdf5;

import dev.posthorn.ir.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;

/** The files that {@code make.py} makes, and a description of a file in the words in which h5py described them. */
final class Fixture {
    private Fixture() {}

    /** Files that hold only what this room reads. */
    static final List<String> READABLE = List.of(
            "types_old",
            "types_new",
            "groups_old",
            "groups_new",
            "attributes_old",
            "attributes_new",
            "keras_old",
            "keras_new",
            "chunks_old",
            "chunks_new",
            "ordered",
            "split",
            "user_block",
            "superblock_2");

    static byte[] bytes(String name) {
        try (InputStream in = new GZIPInputStream(Fixture.class.getResourceAsStream("/hdf5/" + name + ".h5.gz"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Hdf5File open(String name) {
        return Hdf5File.open(name + ".h5", ByteBuffer.wrap(bytes(name)));
    }

    /** What h5py reads. */
    static List<String> expected(String name) {
        try (InputStream in = Fixture.class.getResourceAsStream("/hdf5/" + name + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What this room reads. */
    static List<String> describe(Hdf5File file) {
        List<String> out = new ArrayList<>();
        describe(file.root(), out);
        return out;
    }

    private static void describe(Hdf5Object o, List<String> out) {
        o.attributes().values().stream()
                .sorted((a, b) -> Arrays.compareUnsigned(utf8(a.name()), utf8(b.name())))
                .forEach(a -> out.add(line(
                        o.path() + "@" + a.name(),
                        a.dtype(),
                        a.shape(),
                        a.read().data())));
        if (o instanceof Hdf5Dataset d) {
            out.add(line(d.path(), d.dtype(), d.shape(), d.read().data()));
            return;
        }
        Hdf5Group g = (Hdf5Group) o;
        out.add(g.path() + " group of " + g.names().size());
        if (g.path().chars().filter(c -> c == '/').count() < 16
                && !g.name().equals("self")
                && !g.name().equals("root")) {
            g.names().forEach(n -> g.child(n).ifPresent(c -> describe(c, out, g.inner(n))));
        }
    }

    /** What a soft link leads to goes under the link's own path, as h5py has it. */
    private static void describe(Hdf5Object o, List<String> out, String path) {
        List<String> lines = new ArrayList<>();
        describe(o, lines);
        lines.forEach(l -> out.add(path + l.substring(o.path().length())));
    }

    private static String line(String path, DType dtype, long[] shape, Object data) {
        StringBuilder dims = new StringBuilder();
        boolean empty = false;
        for (long d : shape) {
            dims.append(dims.isEmpty() ? "" : "x").append(d);
            empty |= d == 0;
        }
        return String.format("%s %s %s %08x", path, dtype, dims.isEmpty() ? "scalar" : dims, empty ? 0 : crc(data));
    }

    /** The checksum of the little-endian bytes; of strings, of each with a line feed. */
    static long crc(Object data) {
        CRC32 crc = new CRC32();
        if (data instanceof byte[][] strings) {
            for (byte[] s : strings) {
                crc.update(s);
                crc.update('\n');
            }
            return crc.getValue();
        }
        ByteBuffer b =
                ByteBuffer.allocate(8 * java.lang.reflect.Array.getLength(data)).order(ByteOrder.LITTLE_ENDIAN);
        if (data instanceof float[] a) {
            b.limit(4 * a.length).slice().order(b.order()).asFloatBuffer().put(a);
        } else if (data instanceof double[] a) {
            b.asDoubleBuffer().put(a);
        } else if (data instanceof short[] a) {
            b.limit(2 * a.length).slice().order(b.order()).asShortBuffer().put(a);
        } else if (data instanceof int[] a) {
            b.limit(4 * a.length).slice().order(b.order()).asIntBuffer().put(a);
        } else if (data instanceof long[] a) {
            b.asLongBuffer().put(a);
        } else {
            b.put((byte[]) data).flip();
        }
        crc.update(b);
        return crc.getValue();
    }

    private static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }
}
