package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.Map;

/**
 * {@code L[i] = −log Σ p(path)} over all paths through the logits {@code y[batch×time×classes]} that read as the labels
 * {@code t[batch×length]} once repetitions are drawn together and blanks (class 0) left out; zeros fill up short labels.
 *
 * <p>The states are blanks and labels in turn, {@code s = 0 … 2·length}. A label that cannot be read in time costs some 707,
 * the logarithm of the smallest double, as in TensorFlow, which lets a path end inside of such a label where it computes the
 * loss, and begin there too where it computes the gradient.
 *
 * <p>(C1) ranks 2 and 3, one label at least. Source: keras/src/losses/losses.py; tf.nn.ctc_loss.
 */
public record CTC(LossOptions options) implements Loss {
    public static final Codec<CTC> CODEC = Codec.of("CTC", f -> new CTC(f.group(LossOptions.of("ctc"), CTC::options)));

    /** Next to impossible. */
    private static final double NEVER = Math.log(1e-307);

    /** Less than all that is next to impossible together. */
    private static final double IMPOSSIBLE = -1e30;

    public CTC() {
        this(new LossOptions("ctc"));
    }

    @Override
    public Codec<CTC> codec() {
        return CODEC;
    }

    @Override
    public TensorType target(TensorType output) {
        return TensorType.of(DType.INT64, output.shape().dim(0), Shape.UNKNOWN);
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        if (yTrue.shape().rank() != 2
                || yPred.shape().rank() != 3
                || yTrue.shape().dim(1) == 0) { // (C1)
            throw new ShapeException("CTC: expected labels [batch×length] and logits [batch×time×classes] but was "
                    + yTrue.type() + " and " + yPred.type());
        }
        Expr labels = Expr.of(b, b.cast(yTrue, DType.INT32));
        Expr lengths = labels.notEqualTo(labels.number(0)).cast(DType.INT32).sum(1);
        Dim time = b.dim(yPred, 1);
        Value steps = time.isKnown() ? b.constant(DType.INT32, time.known()) : time.value();
        return of(b, labels, labels.with(yPred), lengths, labels.with(steps).broadcastTo(lengths));
    }

    /**
     * The same for labels of which the first {@code lengths[batch]}, and steps of which the first {@code steps[batch]} count,
     * all integers of int32.
     */
    public static Value of(Builder b, Expr labels, Expr yPred, Expr lengths, Expr steps) {
        Expr logits = yPred.cast(DType.FLOAT32);
        Expr states = between(labels, labels.number(0));
        Expr skips = between(differ(labels), labels.with(b.constant(DType.BOOL, 0)));
        Expr seen = observed(states, Logits.logSoftmax(logits, 2));
        Expr n = lengths.times(2).expandDims(1);
        Expr at = labels.iota(b.dim(states.v(), 1));
        Expr ends = at.equalTo(n).or(at.equalTo(n.minus(1)));
        Expr last = seen.number(0);
        Expr penalty = ends.select(last, last.with(b.constant(DType.FLOAT32, NEVER)));
        Expr anywhere = likelihood(walk(seen, skips, steps, NEVER).plus(penalty));
        Expr loss = likelihood(walk(seen, skips, steps, IMPOSSIBLE).plus(penalty));
        return loss.with(b.add(new Substitute(), anywhere.v(), loss.v()))
                .neg()
                .cast(yPred.v().dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32)
                .v();
    }

    /** Of all states at the end. */
    private static Expr likelihood(Expr total) {
        return logSum(total.reduce(Reduce.Fn.MAX, true, 1), total).sum(1);
    }

    /** {@code [x, labels₁, x, labels₂, …, x]} in each row. */
    private static Expr between(Expr labels, Expr x) {
        Builder b = labels.b();
        Expr every = labels.expandDims(-1);
        Expr filled = x.broadcastTo(every);
        Dim rows = b.dim(labels.v(), 0);
        Dim length = b.dim(labels.v(), 1);
        Dim twice = length.isKnown()
                ? Dim.of(2 * length.known())
                : new Dim(Shape.UNKNOWN, b.plus(length.value(), length.value()));
        Value pairs = b.reshape(b.concat(2, List.of(filled.v(), every.v())), rows, twice);
        return labels.with(b.concat(1, List.of(pairs, b.slice(filled.squeeze(-1).v(), 1, 0, 1))));
    }

    /** Which labels differ from the one before them: these need no blank between. */
    private static Expr differ(Expr labels) {
        Builder b = labels.b();
        Expr first = labels.with(b.slice(labels.v(), 1, 0, 1));
        Expr others = labels.with(b.slice(labels.v(), 1, 1, Slice.END))
                .notEqualTo(labels.with(b.slice(labels.v(), 1, 0, -1)));
        return labels.with(b.concat(1, List.of(first.equalTo(first).v(), others.v())));
    }

    /** {@code log p[time×batch×states]} of what each state reads. */
    private static Expr observed(Expr states, Expr logP) {
        Builder b = states.b();
        Expr chosen = states.oneHot(b.dim(logP.v(), 2), DType.FLOAT32);
        Value byState = b.matmul(chosen.v(), b.transpose(logP.v(), 0, 2, 1));
        return states.with(b.transpose(byState, 2, 0, 1));
    }

    /** The log-probabilities of the states after the last of the steps that count; {@code other}: of beginning inside of the label. */
    private static Expr walk(Expr seen, Expr skips, Expr count, double other) {
        Builder b = seen.b();
        Expr steps = seen.with(b.constant(DType.FLOAT32, 0)).iota(b.dim(seen.v(), 0));
        Expr start = steps.equalTo(steps.number(0)).select(steps.number(0), steps.number(Double.NEGATIVE_INFINITY));
        Expr begin = seen.number(other).broadcastTo(seen.with(b.squeeze(b.slice(seen.v(), 0, 0, 1), 0)));
        Expr times = count.iota(b.dim(seen.v(), 0)).expandDims(1);
        Expr counts = times.lessThan(count.expandDims(0)).expandDims(2);
        Builder body = new Builder();
        Expr alpha = Expr.of(body, body.input("alpha", begin.v().type()));
        Expr now = alpha.with(body.input("seen", begin.v().type()));
        Expr outside = alpha.with(body.input("outside", alpha.number(0).v().type()));
        Expr on = alpha.with(
                body.input("counts", TensorType.of(DType.BOOL, alpha.shape().dim(0), 1)));
        Expr skip = alpha.with(body.input("skips", skips.v().type()));
        Expr column = outside.broadcastTo(alpha.with(body.slice(alpha.v(), 1, 0, 1)));
        Expr before = alpha.with(body.concat(1, List.of(column.v(), body.slice(alpha.v(), 1, 0, -1))));
        Expr two = alpha.with(body.concat(1, List.of(column.v(), column.v(), body.slice(alpha.v(), 1, 0, -2))));
        Expr beforeThat = skip.select(two, alpha.number(Double.NEGATIVE_INFINITY));
        Expr next = logSum(alpha.max(before).max(beforeThat), alpha, before, beforeThat)
                .plus(now);
        Value kept = on.select(next, alpha).v();
        Scan scan = new Scan(
                body.graph(List.of(alpha.v(), now.v(), outside.v(), on.v(), skip.v()), Map.of("alpha", kept), Map.of()),
                1,
                3,
                false);
        return seen.with(b.addAll(scan, List.of(begin.v(), seen.v(), start.v(), counts.v(), skips.v()))
                .get(0));
    }

    /** {@code largest + log Σ exp(x − largest)}; of one x along its axis 1. */
    private static Expr logSum(Expr largest, Expr... xs) {
        Expr sum = null;
        for (Expr x : xs) {
            Expr e = x.minus(largest).exp();
            sum = sum == null ? e : sum.plus(e);
        }
        return (xs.length == 1 ? sum.reduce(Reduce.Fn.SUM, true, 1) : sum).log().plus(largest);
    }
}
