package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which choices between elements are functions that kernels have.
 *
 * @param box the shape over which is computed
 * @param outside what inputs of a body are outside of it
 */
record Choices(Shape box, Map<Value, Value> outside) {
    /** The function that chooses like that where a choice is a gradient's way through a ReLU. */
    Optional<dev.posthorn.kernel.Binary> passes(List<Value> in) {
        Node n = in.get(0).node();
        if (in.get(1).dtype() != DType.FLOAT32 || !is(in.get(2), 0)) {
            return Optional.empty();
        }
        if (compares(n, Compare.Fn.GT, 0)) {
            return Optional.of(dev.posthorn.kernel.Binary.PASS_RELU);
        }
        boolean both = n.op().equals(new Binary(Binary.Fn.AND))
                && compares(n.input(0).node(), Compare.Fn.GT, 0)
                && compares(n.input(1).node(), Compare.Fn.LT, 6)
                && n.input(0).node().input(0).equals(n.input(1).node().input(0));
        return both ? Optional.of(dev.posthorn.kernel.Binary.PASS_RELU6) : Optional.empty();
    }

    /** Whether a choice is 0 for numbers that are too small to be normal, else the number. */
    boolean flushes(List<Value> in) {
        Node n = in.get(0).node();
        return is(in.get(1), 0)
                && in.get(2).shape().equals(box)
                && compares(n, Compare.Fn.LT, Float.MIN_NORMAL)
                && n.input(0).node().op().equals(new Unary(Unary.Fn.ABS))
                && n.input(0).node().input(0).equals(in.get(2));
    }

    private boolean compares(Node n, Compare.Fn fn, float with) {
        return n.op().equals(new Compare(fn))
                && n.input(0).dtype() == DType.FLOAT32
                && n.input(0).shape().equals(box)
                && is(n.input(1), with);
    }

    private boolean is(Value v, float number) {
        Op op = outside.getOrDefault(v, v).node().op();
        return op instanceof Constant c && v.shape().size() == 1 && c.value().getDouble(0) == number;
    }
}
