package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = −Σ t · log softmax(x)} along an axis, of logits x and targets t of one shape.
 *
 * <p>The gradient is {@code dx = (softmax(x) − t) · dL}, as TensorFlow has it: that of the formula where targets sum to 1, and
 * another where they do not. Source: TF SoftmaxCrossEntropyWithLogits.
 */
public record SoftmaxCrossEntropy(int axis) implements Op.Composite, Op.Differentiable {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        Expr targets = Expr.of(b, in.get(1));
        return List.of(targets.times(logSoftmax(b, in.get(0))).sum(axis).neg().v());
    }

    private Expr logSoftmax(Builder b, Value x) {
        return Expr.of(b, b.add(new LogSoftmax(List.of(axis)), x));
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Expr dy = Expr.of(b, g.dy()).expandDims(axis);
            Expr softmax = Expr.of(b, b.add(new Softmax(List.of(axis)), g.in(0)));
            return softmax.minus(softmax.with(g.in(1))).times(dy).v();
        });
        g.to(1, () -> {
            Expr dy = Expr.of(b, g.dy()).expandDims(axis);
            return logSoftmax(b, g.in(0)).neg().times(dy).v();
        });
    }
}
