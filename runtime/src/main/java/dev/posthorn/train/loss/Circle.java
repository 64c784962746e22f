package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import java.util.Optional;

/**
 * How near the embeddings of a sample's class are, and how far all others, by their cosine distances
 * {@code d = max(1 − y yᵀ, 0)} within the batch:
 * {@code softplus(log Σ⁺ exp(−γ (m + d)(m − d)) + log Σ⁻ exp(γ (1 + m − d)₊ (1 − m − d)))}. Samples without loss do not count. Source: keras/src/losses/losses.py.
 *
 * @param removeDiagonal whether a sample is none of its own class
 */
public record Circle(LossOptions options, double gamma, double margin, boolean removeDiagonal) implements Loss {
    public static final Codec<Circle> CODEC = Codec.of(
            "Circle",
            f -> new Circle(
                    f.group(LossOptions.of("circle"), Circle::options),
                    f.of("gamma", FieldType.FLOAT, Circle::gamma, 80.0),
                    f.of("margin", FieldType.FLOAT, Circle::margin, 0.4),
                    f.of("remove_diagonal", FieldType.BOOL, Circle::removeDiagonal, true)));

    public Circle() {
        this(new LossOptions("circle"), 80.0, 0.4, true);
    }

    @Override
    public Codec<Circle> codec() {
        return CODEC;
    }

    @Override
    public TensorType target(TensorType output) {
        return TensorType.of(DType.INT64, output.shape().dim(0));
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr labels = y.with(yTrue).cast(DType.INT32);
        Expr column = labels.rank() == 1 ? labels.expandDims(-1) : labels;
        Expr positive = column.equalTo(column.transposed());
        Expr negative = positive.not();
        if (removeDiagonal) {
            Expr at = labels.iota(b.dim(column.v(), 0));
            positive = positive.and(at.expandDims(-1).notEqualTo(at));
        }
        Expr d = y.matmul(y.transposed()).from(1).max(0);
        Expr near = d.plus(margin)
                .times(positive.cast(d.dtype()))
                .max(0)
                .times(d.from(margin))
                .times(-gamma);
        Expr far = d.from(1 + margin)
                .times(negative.cast(d.dtype()))
                .max(0)
                .times(d.from(1 - margin))
                .times(gamma);
        return logSumExp(positive, near)
                .plus(logSumExp(negative, far))
                .apply(Unary.Fn.SOFTPLUS)
                .v();
    }

    /** {@code log Σ exp x} over what {@code mask} lets count; −∞ over nothing. */
    private static Expr logSumExp(Expr mask, Expr x) {
        Expr masked = mask.select(x, x.number(Double.NEGATIVE_INFINITY));
        Expr largest = masked.reduce(Reduce.Fn.MAX, true, 1);
        Expr shift = largest.isFinite().select(largest, x.number(0));
        return masked.minus(shift).exp().sum(1).log().plus(shift.squeeze(1));
    }

    @Override
    public Optional<Value> mask(Builder b, Value yTrue, Value yPred) {
        Expr losses = Expr.of(b, call(b, yTrue, yPred));
        return Optional.of(losses.greaterThan(losses.number(0)).v());
    }
}
