package dev.posthorn.train.loss;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LogSoftmax;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.fn.SoftmaxCrossEntropy;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Optional;

/**
 * The cross-entropies of keras.ops, by which losses are made. Predictions that a softmax or a sigmoid has just made are
 * replaced by their logits. Source: keras/src/backend/tensorflow/nn.py.
 */
final class Logits {
    static final double EPSILON = 1e-7;

    private Logits() {}

    /** What a softmax or a sigmoid was made of; Keras does not ask which of them the loss is for. */
    private static Optional<Expr> before(Expr yPred) {
        Op op = yPred.v().node().op();
        return op instanceof Softmax || op instanceof Unary u && u.fn() == Unary.Fn.SIGMOID
                ? Optional.of(yPred.with(yPred.v().node().inputs().get(0)))
                : Optional.empty();
    }

    static Expr logSoftmax(Expr logits, int axis) {
        Value y = logits.b().add(new LogSoftmax(List.of(axis)), logits.v());
        return logits.with(y);
    }

    static Expr softmax(Expr logits, int axis) {
        Value y = logits.b().add(new Softmax(List.of(axis)), logits.v());
        return logits.with(y);
    }

    /** {@code −Σ t · log p} along an axis. */
    static Expr categorical(Expr yTrue, Expr yPred, boolean fromLogits, int axis) {
        Optional<Expr> before = before(yPred);
        if (fromLogits || before.isPresent()) {
            Expr logits = before.orElse(yPred);
            int along = logits.shape().axis(axis);
            return logits.with(logits.b().add(new SoftmaxCrossEntropy(along), logits.v(), yTrue.v()));
        }
        Expr p = yPred.over(yPred.reduce(Reduce.Fn.SUM, true, axis));
        return yTrue.times(p.clip(EPSILON, 1 - EPSILON).log()).sum(axis).neg();
    }

    /** {@code −log p[t]} along the last axis; integer targets, NaN where there is no such class. */
    static Expr sparse(Expr yTrue, Expr yPred, boolean fromLogits) {
        Optional<Expr> before = before(yPred);
        Expr logits = fromLogits || before.isPresent()
                ? before.orElse(yPred)
                : yPred.clip(EPSILON, 1 - EPSILON).log();
        Builder b = yPred.b();
        Dim n = b.dim(logits.v(), -1);
        Expr zero = logits.number(0);
        Expr chosen = yTrue.oneHot(n, DType.BOOL)
                .select(logSoftmax(logits, -1), zero)
                .sum(-1)
                .neg();
        Expr classes =
                yTrue.with(n.isKnown() ? b.constant(yTrue.dtype(), n.known()) : b.cast(n.value(), yTrue.dtype()));
        Expr valid = yTrue.atLeast(yTrue.number(0)).and(yTrue.lessThan(classes));
        return valid.select(chosen, logits.number(Double.NaN));
    }

    /** {@code −t log p − (1 − t) log(1 − p)}, element by element. */
    static Expr binary(Expr yTrue, Expr yPred, boolean fromLogits) {
        Optional<Expr> before = before(yPred);
        if (fromLogits || before.isPresent()) {
            Expr x = before.orElse(yPred); // max(x, 0) − x t + log(1 + exp(−|x|))
            Expr zero = x.number(0);
            Expr positive = x.atLeast(zero);
            Expr tail = positive.select(x.neg(), x).exp().apply(Unary.Fn.LOG1P);
            return positive.select(x, zero).minus(x.times(yTrue)).plus(tail);
        }
        Expr p = yPred.clip(EPSILON, 1 - EPSILON);
        return yTrue.times(p.log()).plus(yTrue.from(1).times(p.from(1).log())).neg();
    }
}
