package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers in the arrays of tensors as the little-endian bytes that TensorFlow's files hold of them. */
public final class LittleEndian {
    private LittleEndian() {}

    /** Bytes of one number in the array of a tensor; a complex element is two numbers. */
    public static int width(DType dtype) {
        return dtype.bytes() / (dtype.kind() == DType.Kind.COMPLEX ? 2 : 1);
    }

    /** Moves the next {@code n} numbers of {@code in} into an array, from {@code at} on. */
    public static void get(ByteBuffer in, Object array, int at, int n) {
        ByteBuffer from = in.order(ByteOrder.LITTLE_ENDIAN);
        int width = 1;
        if (array instanceof float[] a) {
            from.asFloatBuffer().get(a, at, n);
            width = Float.BYTES;
        } else if (array instanceof double[] a) {
            from.asDoubleBuffer().get(a, at, n);
            width = Double.BYTES;
        } else if (array instanceof int[] a) {
            from.asIntBuffer().get(a, at, n);
            width = Integer.BYTES;
        } else if (array instanceof long[] a) {
            from.asLongBuffer().get(a, at, n);
            width = Long.BYTES;
        } else if (array instanceof short[] a) {
            from.asShortBuffer().get(a, at, n);
            width = Short.BYTES;
        } else {
            from.slice().get((byte[]) array, at, n);
        }
        in.position(in.position() + n * width);
    }

    /** Moves {@code n} numbers of an array, from {@code at} on, to the end of {@code out}. */
    public static void put(Object array, int at, int n, ByteBuffer out) {
        ByteBuffer to = out.order(ByteOrder.LITTLE_ENDIAN);
        int width = 1;
        if (array instanceof float[] a) {
            to.asFloatBuffer().put(a, at, n);
            width = Float.BYTES;
        } else if (array instanceof double[] a) {
            to.asDoubleBuffer().put(a, at, n);
            width = Double.BYTES;
        } else if (array instanceof int[] a) {
            to.asIntBuffer().put(a, at, n);
            width = Integer.BYTES;
        } else if (array instanceof long[] a) {
            to.asLongBuffer().put(a, at, n);
            width = Long.BYTES;
        } else if (array instanceof short[] a) {
            to.asShortBuffer().put(a, at, n);
            width = Short.BYTES;
        } else {
            to.slice().put((byte[]) array, at, n);
        }
        out.position(out.position() + n * width);
    }
}
