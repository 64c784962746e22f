package dev.posthorn.hdf5;

import dev.posthorn.ir.Tensor;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Decodes elements as they lie in the file into Java arrays, in the storage that {@link Tensor#storage} names. */
final class Elements {
    private final Datatype type;
    private final Bytes bytes;
    private final GlobalHeap heap;
    private final Walk walk;

    Elements(Datatype type, Bytes bytes, GlobalHeap heap) {
        this.type = type;
        this.bytes = bytes;
        this.heap = heap;
        this.walk = bytes.walk();
        if (type.dtype() == null) {
            throw new Malformed("elements that are numbers, bool or strings", type.name());
        }
        if (type.text() == Datatype.Text.VARIABLE && type.size() != 8 + bytes.offsetSize()) {
            throw new Malformed("variable-length strings in " + (8 + bytes.offsetSize()) + " bytes", type.size());
        }
    }

    /** An array for {@code n} elements. */
    Object array(int n) {
        return Array.newInstance(Tensor.storage(type.dtype()).getComponentType(), n);
    }

    /** Decodes the next {@code n} elements of {@code raw} into {@code into} from index {@code at}. */
    void decode(ByteBuffer raw, Object into, int at, int n) {
        raw.order(type.order());
        if (into instanceof float[] a) {
            raw.asFloatBuffer().get(a, at, n);
        } else if (into instanceof double[] a) {
            raw.asDoubleBuffer().get(a, at, n);
        } else if (into instanceof short[] a) {
            raw.asShortBuffer().get(a, at, n);
        } else if (into instanceof int[] a) {
            raw.asIntBuffer().get(a, at, n);
        } else if (into instanceof long[] a) {
            raw.asLongBuffer().get(a, at, n);
        } else if (into instanceof byte[] a) {
            raw.get(a, at, n);
        } else {
            byte[][] a = (byte[][]) into;
            for (int i = 0; i < n; i++) {
                a[at + i] = type.text() == Datatype.Text.VARIABLE ? variable(raw) : fixed(raw);
            }
        }
    }

    private byte[] variable(ByteBuffer raw) {
        raw.order(ByteOrder.LITTLE_ENDIAN);
        byte[] reference = new byte[type.size()];
        raw.get(reference);
        In in = new In(reference, bytes.offsetSize(), bytes.lengthSize());
        long length = in.u32();
        long address = in.offset();
        return length == 0 ? new byte[0] : untilZero(heap.value(address, (int) in.u32(), length, walk));
    }

    private byte[] fixed(ByteBuffer raw) {
        byte[] b = new byte[type.size()];
        raw.get(b);
        if (type.text() == Datatype.Text.ZERO_TERMINATED) {
            return untilZero(b);
        }
        byte pad = (byte) (type.text() == Datatype.Text.SPACE_PADDED ? ' ' : 0);
        int n = b.length;
        while (n > 0 && b[n - 1] == pad) {
            n--;
        }
        return Arrays.copyOf(b, n);
    }

    private static byte[] untilZero(byte[] b) {
        int n = 0;
        while (n < b.length && b[n] != 0) {
            n++;
        }
        return n == b.length ? b : Arrays.copyOf(b, n);
    }
}
