package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.HardSigmoid;
import dev.posthorn.ir.fn.HardSilu;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Optional;

/**
 * Finds activations that a graph spells out, as imported graphs do: {@code x · sigmoid(x)}, {@code relu6(x + 3) / 6},
 * {@code x · relu6(x + 3) / 6}, {@code min(relu(x), 6)}, so that they are computed with the convolution before them. A rule for
 * rewriting.
 */
public final class RecoverActivations {
    private static final Binary MUL = new Binary(Binary.Fn.MUL);
    private static final float SIXTH = 1f / 6;

    private RecoverActivations() {}

    /** The activation that ends in {@code op}; null where none does. */
    public static List<Value> rule(Builder b, Op op, List<Value> in) {
        if (!(op instanceof Binary binary) || in.get(0).dtype() != DType.FLOAT32) {
            return null;
        }
        return switch (binary.fn()) {
            case MUL -> times(b, in);
            case DIV ->
                shiftedRelu6(in.get(0))
                        .filter(x -> isNumber(in.get(1), 6))
                        .map(x -> List.of(b.add(HardSigmoid.KERAS3, x)))
                        .orElse(null);
            case MIN ->
                isNumber(in.get(1), 6) && in.get(0).node().op().equals(new Unary(Unary.Fn.RELU))
                        ? List.of(b.add(new Relu6(), in.get(0).node().input(0)))
                        : null;
            default -> null;
        };
    }

    private static List<Value> times(Builder b, List<Value> in) {
        for (int i = 0; i < 2; i++) {
            Value x = in.get(i);
            Value y = in.get(1 - i);
            if (isNumber(y, 1) && y.shape().rank() <= rank(x)) {
                return List.of(x);
            }
            if (isNumber(y, SIXTH) && shiftedRelu6(x).isPresent()) {
                return List.of(b.add(HardSigmoid.KERAS3, shiftedRelu6(x).get()));
            }
            Node gate = y.node();
            if (gate.op().equals(new Unary(Unary.Fn.SIGMOID)) && gate.input(0).equals(x)) {
                return List.of(b.add(new Silu(), x));
            }
            if (gate.op().equals(HardSigmoid.KERAS3) && gate.input(0).equals(x)) {
                return List.of(b.add(new HardSilu(), x));
            }
            // (x · relu6(x + 3)) / 6 in the other order
            if (isNumber(y, SIXTH) && x.node().op().equals(MUL)) {
                return hardSilu(b, x.node());
            }
        }
        return null;
    }

    /** {@code product / 6}, where the product is x · relu6(x + 3). */
    private static List<Value> hardSilu(Builder b, Node product) {
        for (int i = 0; i < 2; i++) {
            Value x = product.input(i);
            if (shiftedRelu6(product.input(1 - i)).filter(x::equals).isPresent()) {
                return List.of(b.add(new HardSilu(), x));
            }
        }
        return null;
    }

    /** x where a value is relu6(x + 3). */
    private static Optional<Value> shiftedRelu6(Value v) {
        Node n = v.node();
        if (!n.op().equals(new Relu6()) || !n.input(0).node().op().equals(new Binary(Binary.Fn.ADD))) {
            return Optional.empty();
        }
        Node sum = n.input(0).node();
        for (int i = 0; i < 2; i++) {
            if (isNumber(sum.input(1 - i), 3) && sum.input(i).shape().equals(v.shape())) {
                return Optional.of(sum.input(i));
            }
        }
        return Optional.empty();
    }

    private static int rank(Value v) {
        return v.shape().isRanked() ? v.shape().rank() : -1;
    }

    /** Whether a value is a constant of this one number. */
    private static boolean isNumber(Value v, float number) {
        return v.node().op() instanceof Constant c
                && v.dtype() == DType.FLOAT32
                && v.shape().size() == 1
                && c.value().floats()[0] == number;
    }
}
