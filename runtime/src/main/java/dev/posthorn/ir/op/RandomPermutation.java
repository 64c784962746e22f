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
 * The numbers below n in random order: {@code n[], key[1], counter[2] → y[n]}, int32; each place in turn takes one of the rest
 * (Fisher and Yates). Source: TF RandomShuffle, StatelessShuffle.
 */
public record RandomPermutation() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (!in.count(3).dtype(0).isInteger() || !in.shape(0).accepts(Shape.SCALAR)) {
            throw new ShapeException("expected a number, a key and a counter but was " + in.types());
        }
        Draws.check(in, 1);
        int n = in.constant(0).map(t -> Math.toIntExact(t.getLong(0))).orElse(Shape.UNKNOWN);
        return new TensorType(DType.INT32, Shape.of(n));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Philox source = Draws.source(in.get(1), in.get(2));
        int n = (int) in.get(0).getLong(0);
        int[] y = new int[n];
        for (int i = 0; i < n; i++) {
            y[i] = i;
        }
        int[] four = {};
        for (int i = 0; i + 1 < n; i++) {
            four = i % 4 == 0 ? source.next() : four;
            int other = i + Integer.remainderUnsigned(four[i % 4], n - i);
            int v = y[i];
            y[i] = y[other];
            y[other] = v;
        }
        return Tensor.of(Shape.of(n), y);
    }
}
