package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/**
 * {@code L[…] = mean w (1 − q)^γ · (−t log p − (1 − t) log(1 − p))} along an axis, {@code q = t p + (1 − t)(1 − p)};
 * {@code w = t α + (1 − t)(1 − α)} where classes are balanced, else 1. Source: keras/src/losses/losses.py.
 */
public record BinaryFocalCrossentropy(
        LossOptions options,
        boolean applyClassBalancing,
        double alpha,
        double gamma,
        boolean fromLogits,
        double labelSmoothing,
        int axis)
        implements Loss {
    public static final Codec<BinaryFocalCrossentropy> CODEC = Codec.of(
            "BinaryFocalCrossentropy",
            f -> new BinaryFocalCrossentropy(
                    f.group(LossOptions.of("binary_focal_crossentropy"), BinaryFocalCrossentropy::options),
                    f.of("apply_class_balancing", FieldType.BOOL, BinaryFocalCrossentropy::applyClassBalancing, false),
                    f.of("alpha", FieldType.FLOAT, BinaryFocalCrossentropy::alpha, 0.25),
                    f.of("gamma", FieldType.FLOAT, BinaryFocalCrossentropy::gamma, 2.0),
                    f.of("from_logits", FieldType.BOOL, BinaryFocalCrossentropy::fromLogits, false),
                    f.of("label_smoothing", FieldType.FLOAT, BinaryFocalCrossentropy::labelSmoothing, 0.0),
                    f.of("axis", FieldType.INT, BinaryFocalCrossentropy::axis, -1)));

    public BinaryFocalCrossentropy() {
        this(new LossOptions("binary_focal_crossentropy"), false, 0.25, 2.0, false, 0.0, -1);
    }

    @Override
    public Codec<BinaryFocalCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = Smoothing.binary(y.with(yTrue).cast(y.dtype()), labelSmoothing);
        Expr p = fromLogits ? y.apply(Unary.Fn.SIGMOID) : y;
        Expr q = t.times(p).plus(t.from(1).times(p.from(1)));
        Expr loss = q.from(1).pow(gamma).times(Logits.binary(t, p, false));
        Expr weighted = applyClassBalancing
                ? t.times(alpha).plus(t.from(1).times(1 - alpha)).times(loss)
                : loss;
        return weighted.mean(axis).v();
    }
}
