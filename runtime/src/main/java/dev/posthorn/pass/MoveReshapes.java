package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reshape;
import java.util.List;

/** Lets a reshape of a matrix product follow the addition of a bias, so that it does not part the two: a rule for rewriting. */
public final class MoveReshapes {
    private MoveReshapes() {}

    /** {@code reshape(x·w) + c → reshape(x·w + c')}, where c has the last axes of the sum, which together are a row of x·w. */
    public static List<Value> behindSums(Builder b, Op op, List<Value> in) {
        if (!op.equals(new Binary(Binary.Fn.ADD))
                || !(in.get(1).node().op() instanceof Constant)
                || !(in.get(0).node().op() instanceof Reshape)) {
            return null;
        }
        Value product = in.get(0).node().input(0);
        Shape sum = in.get(0).shape();
        Shape bias = in.get(1).shape();
        boolean fits = product.node().op() instanceof MatMul
                && sum.isKnown()
                && product.shape().isKnown()
                && bias.rank() <= sum.rank()
                && bias.size() == product.shape().dim(-1)
                && sum.slice(sum.rank() - bias.rank(), sum.rank()).equals(bias);
        if (!fits) {
            return null;
        }
        Value flat = b.reshape(in.get(1), bias.size());
        return List.of(b.reshape(b.plus(product, flat), sum.dims()));
    }
}
