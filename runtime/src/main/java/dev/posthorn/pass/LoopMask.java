package dev.posthorn.pass;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Select;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The mask of a loop: where all carries {@code c[b×u]} become {@code Select(m, c', ·)} of one condition m, which only tells of
 * each row whether the step counts. Shapes of m may be any that come of the loop's element {@code [b]} or {@code [b×1]}.
 */
final class LoopMask {
    private final LoopStep step;
    private final Value condition;
    /** The element that the condition is. */
    private final Value element;

    private LoopMask(LoopStep step, Value condition, Value element) {
        this.step = step;
        this.condition = condition;
        this.element = element;
    }

    /** The mask by which the first carry is chosen; empty where none is. */
    static Optional<LoopMask> of(LoopStep step) {
        Value first = step.after(0);
        if (!(first.node().op() instanceof Select)) {
            return Optional.empty();
        }
        Value condition = first.node().input(0);
        Value element = condition;
        while (element.node().op() instanceof Reshape || element.node().op() instanceof BroadcastTo) {
            element = element.node().input(0);
        }
        LoopMask mask = new LoopMask(step, condition, element);
        boolean known = step.isElement(element)
                && element.dtype() == DType.BOOL
                && element.shape().isKnown()
                && first.shape().isKnown();
        return known && mask.isOfRows(first.shape()) ? Optional.of(mask) : Optional.empty();
    }

    /** Whether the condition is the element's r-th value in all of row r. */
    private boolean isOfRows(Shape state) {
        int rows = element.shape().size();
        boolean column =
                element.shape().equals(Shape.of(rows)) || element.shape().equals(Shape.of(rows, 1));
        Optional<Tensor> which =
                column && state.rank() == 2 && state.dim(0) == rows ? which(condition) : Optional.empty();
        if (which.isEmpty()) {
            return false;
        }
        Tensor dims = Tensor.of(Shape.of(2), state.dims());
        int[] all = eval(new BroadcastTo(), which.get(), dims).ints();
        int[] expected = new int[all.length];
        Arrays.setAll(expected, i -> i / state.dim(1));
        return Arrays.equals(all, expected);
    }

    /** Which value of the element each value is; empty where that is not known here. */
    private Optional<Tensor> which(Value v) {
        if (v.equals(element)) {
            int[] rows = new int[v.shape().size()];
            Arrays.setAll(rows, i -> i);
            return Optional.of(Tensor.of(v.shape(), rows));
        }
        Value dims = v.node().input(1);
        return step.isFixed(dims) && step.outside(dims).node().op() instanceof Constant c
                ? which(v.node().input(0)).map(x -> eval((Op.Primitive) v.node().op(), x, c.value()))
                : Optional.empty();
    }

    private static Tensor eval(Op.Primitive op, Tensor x, Tensor dims) {
        return Evaluation.eval(op, List.of(x, dims), "the mask of a loop").get(0);
    }

    /** Whether a value is chosen by this mask. */
    boolean chooses(Value v) {
        return v.node().op() instanceof Select
                && v.node().input(0).equals(condition)
                && v.shape().equals(counted(v).shape());
    }

    /** What is chosen in rows where the step counts. */
    static Value counted(Value chosen) {
        return chosen.node().input(1);
    }

    /** What is chosen in rows where it does not. */
    static Value skipped(Value chosen) {
        return chosen.node().input(2);
    }

    /** The mask of all steps, {@code [b×t]}, outside of the loop. */
    Value operand() {
        Value all = step.operand(element);
        if (all.shape().rank() == 2) {
            return step.b.transpose(all, 1, 0);
        }
        Value rows = step.b.transpose(all, 1, 0, 2);
        return step.b.reshape(rows, element.shape().dim(0), rows.shape().dim(1));
    }
}
