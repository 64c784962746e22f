package dev.posthorn.hdf5;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A group or dataset to be written, with its attributes. */
public abstract sealed class DraftObject permits DraftGroup, DraftDataset {
    /** Keras's limit of an attribute, a little below that of HDF5; longer lists are split. */
    private static final int MOST_ATTRIBUTE_BYTES = 64_512;

    private static final int LONGEST_MESSAGE = 65_535;

    private final String path;
    private final Map<String, DraftAttribute> attributes = new LinkedHashMap<>();
    private long address;

    DraftObject(String path) {
        this.path = path;
    }

    /** The path from the root. */
    public String path() {
        return path;
    }

    /** Adds a string. */
    public void attribute(String name, String value) {
        add(DraftAttribute.ofStrings(name, List.of(value), true));
    }

    /** Adds numbers, bool or strings of fixed length. */
    public void attribute(String name, Tensor value) {
        add(DraftAttribute.of(name, value));
    }

    /**
     * Adds a list of strings as Keras does: without elements it is an empty list of numbers; too long for one attribute it
     * is split into {@code name0}, {@code name1} …, as evenly as {@code numpy.array_split}. Source:
     * keras/src/legacy/saving/legacy_h5_format.py, save_attributes_to_hdf5_group.
     */
    public void attribute(String name, List<String> values) {
        if (values.isEmpty()) {
            attribute(name, Tensor.zeros(new TensorType(DType.FLOAT64, Shape.of(0))));
            return;
        }
        Tensor all = Tensor.of(Shape.of(values.size()), values.toArray(String[]::new));
        long width = DraftType.width(all);
        if (width > MOST_ATTRIBUTE_BYTES) {
            throw new IllegalArgumentException("Hdf5Draft: expected strings of at most " + MOST_ATTRIBUTE_BYTES
                    + " bytes but was one of " + width + ", at " + path + "@" + name);
        }
        int parts = 1;
        while ((values.size() + parts - 1) / parts * width > MOST_ATTRIBUTE_BYTES) {
            parts++;
        }
        if (parts == 1) {
            add(DraftAttribute.ofStrings(name, values, false));
            return;
        }
        for (int i = 0, at = 0; i < parts; i++) {
            int n = values.size() / parts + (i < values.size() % parts ? 1 : 0);
            attribute(
                    name + i, Tensor.of(Shape.of(n), values.subList(at, at + n).toArray(String[]::new)));
            at += n;
        }
    }

    /** Adds an attribute of a file that is read as it is there, whatever its elements mean. */
    public void attribute(Hdf5Attribute source) {
        add(source.draft());
    }

    public boolean hasAttribute(String name) {
        return attributes.containsKey(name);
    }

    private void add(DraftAttribute a) {
        int length = a.message().length;
        if (length > LONGEST_MESSAGE) {
            throw new IllegalArgumentException("Hdf5Draft: expected an attribute of at most " + LONGEST_MESSAGE
                    + " bytes but was " + length + ", at " + path + "@" + a.name());
        }
        if (attributes.putIfAbsent(a.name(), a) != null) {
            throw new IllegalArgumentException(
                    "Hdf5Draft: expected a new attribute but was one that is there, at " + path + "@" + a.name());
        }
    }

    Iterable<DraftAttribute> attributes() {
        return attributes.values();
    }

    long address() {
        return address;
    }

    void address(long at) {
        address = at;
    }

    /** A message of the object header. */
    record Message(int type, byte[] body) {}

    abstract List<Message> messages();

    /** The object header; before addresses are known, of the same length. */
    byte[] header() {
        List<Message> all = new ArrayList<>(messages());
        attributes.values().forEach(a -> all.add(new Message(ObjectHeader.ATTRIBUTE, a.message())));
        long size = 0;
        for (Message m : all) {
            size += 4 + m.body.length;
        }
        Out out = new Out().ascii("OHDR").u8(2).u8(2).u32(Math.toIntExact(size)); // lengths take four bytes
        for (Message m : all) {
            out.u8(m.type).u16(m.body.length).u8(0).bytes(m.body);
        }
        return out.checksum().toBytes();
    }

    /** The message of an extent; of none at all where {@code dims} is null. */
    static byte[] dataspace(long[] dims) {
        if (dims == null) {
            return new byte[] {2, 0, 0, 2};
        }
        Out out = new Out().u8(2).u8(dims.length).u8(0).u8(dims.length == 0 ? 0 : 1);
        for (long d : dims) {
            out.u64(d);
        }
        return out.toBytes();
    }

    static byte[] utf8(String name, String path) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > LONGEST_MESSAGE - 13 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("Hdf5Draft: expected a name of at most " + (LONGEST_MESSAGE - 13)
                    + " bytes, none of them 0, but was " + utf8.length + " bytes, at " + path);
        }
        return utf8;
    }
}
