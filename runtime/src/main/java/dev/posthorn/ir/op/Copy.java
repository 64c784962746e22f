package dev.posthorn.ir.op;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/** Copies elements of any dtype between tensors, for the ops that only move data. */
public final class Copy {
    private Copy() {}

    /** The tensor whose element {@code i} is element {@code from[i]} of {@code x}. */
    public static Tensor gather(Tensor x, TensorType out, int[] from) {
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < from.length; i++) {
            element(x, from[i], y, i);
        }
        return y;
    }

    public static void element(Tensor x, int from, Tensor y, int to) {
        switch (x.dtype()) {
            case STRING -> y.byteStrings()[to] = x.byteStrings()[from];
            case COMPLEX64, COMPLEX128 -> System.arraycopy(x.data(), 2 * from, y.data(), 2 * to, 2);
            default -> System.arraycopy(x.data(), from, y.data(), to, 1);
        }
    }

    /** Sums that were taken in double. */
    public static Tensor rounded(double[] sums, TensorType out) {
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < sums.length; i++) {
            y.setDouble(i, sums[i]);
        }
        return y;
    }

    /** The same values under the type {@code out}. */
    public static Tensor same(Tensor x, TensorType out) {
        return Tensor.of(out.dtype(), out.shape(), x.data());
    }
}
