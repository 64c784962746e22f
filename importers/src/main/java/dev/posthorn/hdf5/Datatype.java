package dev.posthorn.hdf5;

import dev.posthorn.ir.DType;
import java.nio.ByteOrder;

/**
 * The type of elements as it lies in the file.
 *
 * @param size bytes of one element in the file
 * @param dtype the element type, or null where there is none: compound, references, 8-bit floats …
 * @param text how strings are laid out, null for other types
 * @param opaque whether the meaning of the bytes is told by an attribute {@code dtype} of the dataset
 * @param name what to call it in messages
 * @param message all bytes from its message on, empty for a type inside of another
 */
record Datatype(int size, DType dtype, ByteOrder order, Text text, boolean opaque, String name, In message) {
    private Datatype(int size, DType dtype, ByteOrder order, Text text, boolean opaque, String name) {
        this(size, dtype, order, text, opaque, name, null);
    }

    /** Layout of strings. */
    enum Text {
        ZERO_TERMINATED,
        ZERO_PADDED,
        SPACE_PADDED,
        VARIABLE
    }

    private static final String[] CLASSES = {
        "integer",
        "float",
        "time",
        "string",
        "bitfield",
        "opaque",
        "compound",
        "reference",
        "enumeration",
        "variable-length sequence",
        "array",
        "complex"
    };
    private static final int DEEPEST = 8;

    /** Decodes a datatype message, following it where it is shared, that is: committed to an object of its own. */
    static Datatype read(Bytes bytes, In in, boolean shared) {
        if (!shared) {
            return whole(in);
        }
        int version = in.version("shared message", 1, 3);
        int kind = in.u8();
        if (version == 3 && kind != 2) {
            throw new Malformed("a committed datatype", "a datatype in the shared message heap");
        }
        ObjectHeader header =
                ObjectHeader.read(bytes, in.skip(version == 1 ? 6 : 0).offset());
        return whole(
                header.one(ObjectHeader.DATATYPE).orElseThrow(() -> new Malformed("a committed datatype", "none")));
    }

    private static Datatype whole(In in) {
        int start = in.position();
        Datatype t = read(in, 0);
        In message = in.position(start).slice(in.remaining());
        return new Datatype(t.size, t.dtype, t.order, t.text, t.opaque, t.name, message);
    }

    /** The type for copying elements as they are. */
    synchronized RawType raw() {
        return RawType.read(message.position(0), name);
    }

    private static Datatype read(In in, int depth) {
        int first = in.u8();
        int version = first >> 4;
        int kind = first & 15;
        int bits = (int) in.unsigned(3);
        long size = in.u32();
        if (version < 1 || version > 5 || kind >= CLASSES.length || depth > DEEPEST) {
            throw new Malformed("a datatype of version 1 to 5 and class 0 to 11", version + ", class " + kind);
        }
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw new Malformed("an element of 1 to 2^31-1 bytes", size);
        }
        return switch (kind) {
            case 0, 4 -> integer((int) size, bits, in, kind == 4);
            case 1 -> floating((int) size, bits, in);
            case 3 -> string((int) size, bits & 15);
            case 5 -> new Datatype((int) size, null, ByteOrder.LITTLE_ENDIAN, null, true, "opaque " + size);
            case 8 -> enumeration(bits & 0xffff, version, in, depth);
            case 9 ->
                (bits & 15) == 1
                        ? new Datatype(
                                (int) size, DType.STRING, ByteOrder.LITTLE_ENDIAN, Text.VARIABLE, false, "string")
                        : other((int) size, kind);
            default -> other((int) size, kind);
        };
    }

    private static Datatype other(int size, int kind) {
        return new Datatype(size, null, ByteOrder.LITTLE_ENDIAN, null, false, CLASSES[kind] + " " + size);
    }

    private static ByteOrder order(int bits) {
        return (bits & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    private static Datatype integer(int size, int bits, In in, boolean bitfield) {
        int offset = in.u16();
        int precision = in.u16();
        boolean signed = !bitfield && (bits & 8) != 0;
        String name = (signed ? "int" : "uint") + precision + " of " + size + " bytes";
        DType dtype = offset != 0 || precision != 8 * size
                ? null
                : switch (size) {
                    case 1 -> signed ? DType.INT8 : DType.UINT8;
                    case 2 -> signed ? DType.INT16 : DType.UINT16;
                    case 4 -> signed ? DType.INT32 : DType.UINT32;
                    case 8 -> signed ? DType.INT64 : DType.UINT64;
                    default -> null;
                };
        return new Datatype(size, dtype, order(bits), null, false, dtype == null ? name : dtype.keras());
    }

    /** Tells floats apart by where sign, exponent and mantissa stand, not by size: bfloat16 is no float16. */
    private static Datatype floating(int size, int bits, In in) {
        int offset = in.u16();
        int precision = in.u16();
        int exponentAt = in.u8();
        int exponent = in.u8();
        int mantissaAt = in.u8();
        int mantissa = in.u8();
        long bias = in.u32();
        boolean ieee = offset == 0
                && precision == 8 * size
                && mantissaAt == 0
                && exponentAt == mantissa
                && (bits >> 8 & 255) == precision - 1
                && mantissa + exponent == precision - 1
                && exponent > 1
                && exponent < 32
                && bias == (1L << exponent - 1) - 1
                && (bits & 0x40) == 0;
        DType dtype = !ieee
                ? null
                : switch (100 * precision + exponent) {
                    case 1605 -> DType.FLOAT16;
                    case 1608 -> DType.BFLOAT16;
                    case 3208 -> DType.FLOAT32;
                    case 6411 -> DType.FLOAT64;
                    default -> null;
                };
        String name = dtype != null ? dtype.keras() : "float" + precision + " with " + exponent + " exponent bits";
        return new Datatype(size, dtype, order(bits), null, false, name);
    }

    private static Datatype string(int size, int padding) {
        if (padding > 2) {
            throw new Malformed("string padding 0 to 2", padding);
        }
        return new Datatype(size, DType.STRING, ByteOrder.LITTLE_ENDIAN, Text.values()[padding], false, "string");
    }

    /** An enumeration is its integers, except that of FALSE and TRUE in one byte, which is bool. */
    private static Datatype enumeration(int members, int version, In in, int depth) {
        Datatype base = read(in, depth + 1);
        if (base.dtype == null || !base.dtype.isInteger()) {
            throw new Malformed("an enumeration of integers", base.name);
        }
        boolean bool = base.size == 1 && members == 2;
        for (int i = 0; i < members; i++) {
            int start = in.position();
            bool &= in.zeroTerminated().equals(i == 0 ? "FALSE" : "TRUE");
            if (version < 3) {
                in.align8(start);
            }
        }
        bool = bool && in.u8() == 0 && in.u8() == 1;
        return bool ? new Datatype(1, DType.BOOL, base.order, null, false, "bool") : base;
    }

    /** What this type is where its bytes are opaque and an attribute of the dataset names it. */
    Datatype named(String keras) {
        if (!opaque) {
            return this;
        }
        return DType.ofKeras(keras)
                .filter(d -> d.bytes() == size && d != DType.STRING)
                .map(d -> new Datatype(size, d, order, null, false, keras, message))
                .orElse(new Datatype(
                        size, null, order, null, true, keras.isEmpty() ? name : keras + " (" + name + ")", message));
    }
}
