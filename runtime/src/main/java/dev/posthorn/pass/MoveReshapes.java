package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reshape;
import java.util.List;

/** Lets no reshape part a matrix product from what is before and behind it: rules for rewriting. */
public final class MoveReshapes {
    private MoveReshapes() {}

    /**
     * {@code reshape(reshape(x)·w) → x·w}, where x and the result differ in their last axes only: so TensorFlow multiplies
     * tensors of more than two axes by a matrix.
     */
    public static List<Value> aroundProducts(Builder b, Op op, List<Value> in) {
        boolean product = op instanceof Reshape
                && in.get(0).node().op() instanceof MatMul m
                && !m.transposeA()
                && in.get(0).node().input(0).node().op() instanceof Reshape;
        if (!product) {
            return null;
        }
        Node multiplied = in.get(0).node();
        Value x = multiplied.input(0).node().input(0);
        Value w = multiplied.input(1);
        Shape from = x.shape();
        Shape flat = multiplied.input(0).shape();
        Shape to = new Reshape().type(new Operands(in)).shape();
        boolean same = from.isKnown()
                && to.isKnown()
                && flat.isKnown()
                && flat.rank() == 2
                && w.shape().isKnown()
                && w.shape().rank() == 2
                && from.rank() == to.rank()
                && from.rank() >= 2
                && from.slice(0, from.rank() - 1).equals(to.slice(0, to.rank() - 1))
                && from.dim(-1) == flat.dim(-1)
                && to.dim(-1) == in.get(0).shape().dim(-1);
        return same ? List.of(b.add(multiplied.op(), x, w)) : null;
    }

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
