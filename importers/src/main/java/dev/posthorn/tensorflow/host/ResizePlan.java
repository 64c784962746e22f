package dev.posthorn.tensorflow.host;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * With which weights n elements along an axis become m, where n or m is known only when the graph runs: {@code n[], m[] → w[m×n]},
 * both int32 (C1) and not negative (C2), of at most 2^26 elements (C3).
 *
 * @param weights what the weights are; it says what it is by {@code equals} and {@code toString}
 */
public record ResizePlan(Weights weights) implements Op.Single {
    private static final long MOST = 1 << 26;

    /** The weights {@code [m×n]} with which n elements become m. */
    @FunctionalInterface
    public interface Weights {
        float[][] of(int n, int m);
    }

    @Override
    public TensorType type(Operands in) {
        in.count(2);
        for (int i = 0; i < 2; i++) {
            if (in.dtype(i) != DType.INT32 || !Shape.SCALAR.accepts(in.shape(i))) { // (C1)
                throw new ShapeException("expected a number of elements but was " + in.type(i));
            }
        }
        return new TensorType(DType.FLOAT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int n = in.get(0).ints()[0];
        int m = in.get(1).ints()[0];
        if (n < 0 || m < 0 || (long) n * m > MOST) { // (C2, C3)
            throw new ShapeException("expected sizes that fit but was " + n + " and " + m);
        }
        return matrix(weights.of(n, m), n);
    }

    /** Rows of n elements as a tensor. */
    public static Tensor matrix(float[][] rows, int n) {
        Tensor t = Tensor.zeros(TensorType.f32(rows.length, n));
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, t.floats(), i * n, n);
        }
        return t;
    }
}
