package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The places of the elements that are not zero, in row-major order: {@code x[d₁×…×d_r] → y[n×r]} of int64; how many is
 * known when the graph runs. Source: TF Where.
 */
public record NonZero() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (x.dtype().kind() == DType.Kind.OTHER && x.dtype() != DType.BOOL) {
            throw new ShapeException("expected truth values or numbers but was " + x);
        }
        return TensorType.of(DType.INT64, Shape.UNKNOWN, x.shape().rank());
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int rank = x.shape().rank();
        int[] found = new int[x.size()];
        int n = 0;
        for (int i = 0; i < found.length; i++) {
            if (x.getDouble(i) != 0) {
                found[n++] = i;
            }
        }
        Tensor y = Tensor.zeros(TensorType.of(DType.INT64, n, rank));
        int[] place = new int[rank];
        for (int i = 0; i < n; i++) {
            Conv.unravel(found[i], x.shape(), place);
            for (int a = 0; a < rank; a++) {
                y.longs()[i * rank + a] = place[a];
            }
        }
        return y;
    }
}
