package dev.posthorn.ir.op;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * What has been gathered along an axis so far, at each place with its own element or, where {@code exclusive}, without it; from
 * the other end where {@code reverse}.
 */
record Running(int axis, boolean exclusive, boolean reverse) {
    /** Begins with {@code none} and goes on by {@code real}, or by {@code whole} where the elements are integers. */
    Tensor of(Tensor x, TensorType out, double none, DoubleBinaryOperator real, LongBinaryOperator whole) {
        Tensor y = Tensor.zeros(out);
        Shape s = x.shape();
        int step = Index.strides(s)[axis];
        for (int start : Index.walk(s.with(axis, Math.min(s.dim(axis), 1)), Index.strides(s), 0)) {
            double sum = none;
            long all = (long) none;
            for (int k = 0; k < s.dim(axis); k++) {
                int at = start + (reverse ? s.dim(axis) - 1 - k : k) * step;
                if (x.dtype().isFloating()) {
                    double next = real.applyAsDouble(sum, x.getDouble(at));
                    y.setDouble(at, exclusive ? sum : next);
                    sum = next;
                } else {
                    long next = whole.applyAsLong(all, x.getLong(at));
                    y.setLong(at, exclusive ? all : next);
                    all = next;
                }
            }
        }
        return y;
    }
}
