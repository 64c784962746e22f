package dev.posthorn.hdf5;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How elements are written: the datatype message and the bytes of one element. Numbers are little-endian, bool is the
 * enumeration of h5py, bfloat16 is opaque as in Keras 3, strings are of fixed length or references into a heap.
 */
record DraftType(int size, byte[] message) {
    private static final int VERSION_1 = 0x10;
    private static final int VERSION_3 = 0x30;
    private static final int INTEGER = 0;
    private static final int FLOAT = 1;
    private static final int STRING = 3;
    private static final int OPAQUE = 5;
    private static final int ENUMERATION = 8;
    private static final int VARIABLE = 9;
    private static final int SIGNED = 0x08;
    private static final int IMPLIED_LEADING_ONE = 0x20;
    private static final int ZERO_PADDED = 1;
    private static final int UTF_8 = 1;

    /** Variable-length strings: a length and the place in a heap. */
    static final DraftType REFERENCE = new DraftType(
            16,
            head(VERSION_1 | VARIABLE, 1 | UTF_8 << 8, 16)
                    .bytes(integer(1, false))
                    .toBytes());

    /** The type of elements of {@code dtype}; strings are {@code width} bytes. */
    static DraftType of(DType dtype, int width) {
        byte[] message = switch (dtype) {
            case FLOAT16 -> floating(2, 5);
            case FLOAT32 -> floating(4, 8);
            case FLOAT64 -> floating(8, 11);
            case BFLOAT16 -> head(VERSION_1 | OPAQUE, 0, 2).toBytes();
            case BOOL ->
                head(VERSION_3 | ENUMERATION, 2, 1)
                        .bytes(integer(1, true))
                        .ascii("FALSE\0TRUE\0")
                        .u8(0)
                        .u8(1)
                        .toBytes();
            case STRING ->
                head(VERSION_1 | STRING, ZERO_PADDED | UTF_8 << 4, width).toBytes();
            case INT8, INT16, INT32, INT64 -> integer(dtype.bytes(), true);
            case UINT8, UINT16, UINT32, UINT64 -> integer(dtype.bytes(), false);
            case COMPLEX64, COMPLEX128, RESOURCE, VARIANT ->
                throw new IllegalArgumentException(
                        "Hdf5Draft: expected real numbers, bool or strings but was " + dtype);
        };
        return new DraftType(dtype == DType.STRING ? width : dtype.bytes(), message);
    }

    private static Out head(int versionAndClass, int bits, int size) {
        return new Out().u8(versionAndClass).u16(bits).u8(bits >> 16).u32(size);
    }

    private static byte[] integer(int size, boolean signed) {
        return head(VERSION_1 | INTEGER, signed ? SIGNED : 0, size)
                .u16(0)
                .u16(8 * size)
                .toBytes();
    }

    private static byte[] floating(int size, int exponent) {
        int mantissa = 8 * size - 1 - exponent;
        return head(VERSION_1 | FLOAT, IMPLIED_LEADING_ONE | 8 * size - 1 << 8, size)
                .u16(0)
                .u16(8 * size)
                .u8(mantissa)
                .u8(exponent)
                .u8(0)
                .u8(mantissa)
                .u32((1 << exponent - 1) - 1)
                .toBytes();
    }

    /** The bytes of the longest string, at least 1. */
    static int width(Tensor t) {
        return t.dtype() != DType.STRING
                ? 0
                : Math.max(
                        1,
                        Arrays.stream(t.byteStrings())
                                .mapToInt(s -> s.length)
                                .max()
                                .orElse(1));
    }

    /** Appends {@code n} elements of a tensor's storage, from element {@code at} on. */
    void encode(Object from, int at, int n, ByteBuffer to) {
        ByteBuffer out = to.order(ByteOrder.LITTLE_ENDIAN);
        int end = out.position() + n * size;
        if (from instanceof float[] a) {
            out.asFloatBuffer().put(a, at, n);
        } else if (from instanceof double[] a) {
            out.asDoubleBuffer().put(a, at, n);
        } else if (from instanceof short[] a) {
            out.asShortBuffer().put(a, at, n);
        } else if (from instanceof int[] a) {
            out.asIntBuffer().put(a, at, n);
        } else if (from instanceof long[] a) {
            out.asLongBuffer().put(a, at, n);
        } else if (from instanceof byte[] a) {
            out.put(a, at * size, n * size);
        } else {
            for (int i = 0; i < n; i++) {
                out.put(Arrays.copyOf(((byte[][]) from)[at + i], size));
            }
        }
        out.position(end);
    }
}
