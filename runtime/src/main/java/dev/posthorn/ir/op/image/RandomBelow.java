package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.SingleDraws;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * For each number n a random one of those below it: {@code n[k], key[1], counter[2] → y[k]}, int32: what the next number of 32 bits
 * leaves when divided by n; where n is 1, none is drawn. n is positive (C1). Source: TF RandomCrop.
 */
public record RandomBelow() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(3).dtype(0) != DType.INT32) {
            throw new ShapeException("expected numbers, a key and a counter but was " + in.types());
        }
        SingleDraws.check(in, 1);
        return in.type(0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        SingleDraws draws = SingleDraws.of(in.get(1), in.get(2));
        Tensor y = Tensor.zeros(in.get(0).type());
        for (int i = 0; i < y.size(); i++) {
            int n = in.get(0).ints()[i];
            if (n < 1) { // (C1)
                throw new ShapeException("expected numbers above 0 but was " + n);
            }
            y.ints()[i] = n == 1 ? 0 : Integer.remainderUnsigned(draws.next(), n);
        }
        return y;
    }
}
