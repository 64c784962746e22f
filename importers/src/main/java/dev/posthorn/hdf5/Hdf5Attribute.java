package dev.posthorn.hdf5;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A small value attached to a group or dataset. */
public final class Hdf5Attribute {
    private final Hdf5Object owner;
    private final String name;
    private final Datatype type;
    private final Dataspace space;
    private final ByteBuffer data;

    private Hdf5Attribute(Hdf5Object owner, String name, Datatype type, Dataspace space, ByteBuffer data) {
        this.owner = owner;
        this.name = name;
        this.type = type;
        this.space = space;
        this.data = data;
    }

    static Hdf5Attribute read(Hdf5Object owner, In in) {
        int version = in.version("attribute", 1, 3);
        int flags = in.u8();
        int nameSize = in.u16();
        int typeSize = in.u16();
        int spaceSize = in.u16();
        in.skip(version == 3 ? 1 : 0);
        String name = padded(in, nameSize, version).zeroTerminated();
        Bytes bytes = owner.file().bytes();
        Datatype type = Datatype.read(bytes, padded(in, typeSize, version), version > 1 && (flags & 1) != 0);
        if (version > 1 && (flags & 2) != 0) {
            throw new Malformed("a dataspace of its own", "a shared one, of attribute \"" + name + "\"");
        }
        Dataspace space = Dataspace.read(padded(in, spaceSize, version));
        if (Math.multiplyExact(space.size(), type.size()) > in.remaining()) {
            throw new Malformed(
                    space.size() + " elements of " + type.size() + " bytes in attribute \"" + name + "\"",
                    in.remaining() + " bytes");
        }
        return new Hdf5Attribute(owner, name, type, space, in.rest());
    }

    private static In padded(In in, int size, int version) {
        In part = in.slice(size);
        in.skip(version == 1 ? Math.min(-size & 7, in.remaining()) : 0);
        return part;
    }

    public String name() {
        return name;
    }

    /** The type of the elements. */
    public DType dtype() {
        if (type.dtype() == null) {
            throw expected("elements that are numbers, bool or strings", type.name());
        }
        return type.dtype();
    }

    /** The dimensions; none for a scalar; {@code [0]} where the attribute has no extent. */
    public long[] shape() {
        return space.isNull() ? new long[1] : space.dims().clone();
    }

    /** The number of elements; 0 also where the attribute has no extent. */
    public long size() {
        return space.size();
    }

    /** Every element. */
    public Tensor read() {
        dtype();
        int[] dims = Arrays.stream(shape())
                .mapToInt(d -> (int) Math.min(d, Integer.MAX_VALUE))
                .toArray();
        return Tensor.of(dtype(), Shape.of(dims), array());
    }

    private Object array() {
        return owner.file().bytes().at(where(), () -> {
            Elements elements =
                    new Elements(type, owner.file().bytes(), owner.file().heap());
            Object into = elements.array((int) space.size());
            elements.decode(data.duplicate(), into, 0, (int) space.size());
            return into;
        });
    }

    /** The same attribute for another file, whatever its elements mean. */
    DraftAttribute draft() {
        Bytes bytes = owner.file().bytes();
        return bytes.at(where(), () -> {
            RawType raw = type.raw();
            int n = (int) space.size();
            byte[] extent = DraftObject.dataspace(space.isNull() ? null : space.dims());
            byte[] value = new byte[raw.unit() > 0 ? 0 : n * type.size()];
            data.duplicate().get(value);
            DraftItems items = raw.unit() == 0
                    ? DraftItems.NONE
                    : new DraftItems(
                            raw.items(data.duplicate(), n, bytes, owner.file().heap()), raw.unit());
            return new DraftAttribute(name, raw.draft(), extent, value, items);
        });
    }

    /** The one string this attribute holds. */
    public String string() {
        List<String> all = strings();
        if (all.size() != 1) {
            throw expected("one string", all.size() + " of them");
        }
        return all.get(0);
    }

    /** Every string this attribute holds; none where it has no elements, whatever its type. */
    public List<String> strings() {
        if (size() == 0) {
            return List.of();
        }
        if (type.dtype() != DType.STRING) {
            throw expected("a string", type.name());
        }
        List<String> all = new ArrayList<>();
        for (byte[] s : (byte[][]) array()) {
            all.add(new String(s, java.nio.charset.StandardCharsets.UTF_8));
        }
        return all;
    }

    /** The one number this attribute holds, of any numeric type. */
    public double number() {
        return one().getDouble(0);
    }

    /** The one integer or bool this attribute holds. */
    public long integer() {
        if (!dtype().isInteger() && dtype() != DType.BOOL) {
            throw expected("an integer", dtype());
        }
        return one().getLong(0);
    }

    /** The one bool this attribute holds; an integer counts as whether it is not 0. */
    public boolean bool() {
        return integer() != 0;
    }

    private Tensor one() {
        if (size() != 1 || dtype() == DType.STRING) {
            throw expected("one number", size() + " elements of " + dtype());
        }
        return read();
    }

    private String where() {
        return owner.path() + "@" + name;
    }

    private RuntimeException expected(String what, Object was) {
        return new dev.posthorn.model.ModelFormatException(
                "Hdf5File: expected " + what + " but was " + was + ", at " + owner.where() + "@" + name);
    }

    @Override
    public String toString() {
        return "Hdf5Attribute " + owner.where() + "@" + name + " " + type.name() + Arrays.toString(shape());
    }
}
