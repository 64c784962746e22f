package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * How often each number occurs along the last axis: {@code x[…×t] → y[…×size]}, {@code y[…, v] = Σ w[…, i]} over
 * {@code x[…, i] = v}, with {@code w = 1} where there is no second operand; with {@code binary} 1 where v occurs. Numbers
 * from {@code size} on are left out.
 *
 * <p>(C1) x integers, at least 0. (C2) w of x's shape and of the result's dtype. Source: TF DenseBincount.
 */
public record BinCount(int size, boolean binary, DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.size() != 2) {
            in.count(1);
        }
        if (!in.dtype(0).isInteger()) { // (C1)
            throw new ShapeException("expected integers but was " + in.type(0));
        }
        if (in.size() == 2
                && (in.dtype(1) != to
                        || !in.shape(0).accepts(in.shape(1)) && in.shape(1).isKnown())) { // (C2)
            throw new ShapeException("expected weights of " + to + " for " + in.type(0) + " but was " + in.type(1));
        }
        return new TensorType(to, in.shape(0).with(-1, size));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        int t = x.shape().dim(-1);
        for (int i = 0; i < x.size(); i++) {
            long v = x.getLong(i);
            if (v < 0) { // (C1)
                throw new ShapeException("expected numbers of at least 0 but was " + v + " (element " + i + ")");
            }
            if (v < size) {
                int at = i / t * size + (int) v;
                y.setDouble(
                        at,
                        binary
                                ? 1
                                : y.getDouble(at) + (in.size() == 2 ? in.get(1).getDouble(i) : 1));
            }
        }
        return y;
    }
}
