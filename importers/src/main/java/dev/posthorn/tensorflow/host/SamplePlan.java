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
 * With which weights n elements along an axis, scaled and moved, become m, where any of it is known only when the graph runs:
 * {@code n[], m[], scale[], translation[] → w[m×n]}, the first two int32 (C1) and not negative (C2), of at most 2^26 elements
 * (C3), the others float32 (C4).
 *
 * @param weights what the weights are
 */
public record SamplePlan(Weights weights) implements Op.Single {
    private static final long MOST = 1 << 26;

    /** The weights {@code [m×n]} with which n elements become m. */
    @FunctionalInterface
    public interface Weights {
        float[][] of(int n, int m, float scale, float translation);
    }

    @Override
    public TensorType type(Operands in) {
        in.count(4);
        for (int i = 0; i < 4; i++) {
            DType expected = i < 2 ? DType.INT32 : DType.FLOAT32;
            if (in.dtype(i) != expected || !Shape.SCALAR.accepts(in.shape(i))) { // (C1, C4)
                throw new ShapeException("expected a scalar " + expected + " but was " + in.type(i));
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
        return ResizePlan.matrix(
                weights.of(n, m, in.get(2).floats()[0], in.get(3).floats()[0]), n);
    }
}
