package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as the bytes that hold them. */
public final class RawBytes {
    private RawBytes() {}

    /** The bytes of {@code n} elements, the lowest first. */
    public static byte[] of(Tensor x, int from, int n) {
        int factor = x.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1;
        ByteBuffer y =
                ByteBuffer.allocate(Math.multiplyExact(n, x.dtype().bytes())).order(ByteOrder.LITTLE_ENDIAN);
        Object data = x.data();
        for (int i = from * factor; i < (from + n) * factor; i++) {
            if (data instanceof byte[] v) {
                y.put(v[i]);
            } else if (data instanceof short[] v) {
                y.putShort(v[i]);
            } else if (data instanceof int[] v) {
                y.putInt(v[i]);
            } else if (data instanceof long[] v) {
                y.putLong(v[i]);
            } else if (data instanceof float[] v) {
                y.putFloat(v[i]);
            } else {
                y.putDouble(((double[]) data)[i]);
            }
        }
        return y.array();
    }

    /** Puts the elements that bytes hold into {@code y}, from element {@code at}; as many as there are whole ones. */
    static void read(ByteBuffer s, Tensor y, int at) {
        int i = at * (y.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1);
        Object data = y.data();
        int each = y.dtype().bytes() / (y.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1);
        for (; s.remaining() >= each; i++) {
            if (data instanceof byte[] v) {
                v[i] = y.dtype() == DType.BOOL ? (byte) (s.get() != 0 ? 1 : 0) : s.get();
            } else if (data instanceof short[] v) {
                v[i] = s.getShort();
            } else if (data instanceof int[] v) {
                v[i] = s.getInt();
            } else if (data instanceof long[] v) {
                v[i] = s.getLong();
            } else if (data instanceof float[] v) {
                v[i] = s.getFloat();
            } else {
                ((double[]) data)[i] = s.getDouble();
            }
        }
    }
}
