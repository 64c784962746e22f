package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L = 1 − 2 Σ t y / (Σ t + Σ y + ε)} over some axes, or all. Source: keras/src/losses/losses.py.
 */
public record Dice(LossOptions options, Along axis) implements Loss {
    public static final Codec<Dice> CODEC = Codec.of(
            "Dice",
            f -> new Dice(
                    f.group(LossOptions.of("dice"), Dice::options), f.of("axis", Along.TYPE, Dice::axis, Along.ALL)));

    public Dice() {
        this(new LossOptions("dice"), Along.ALL);
    }

    @Override
    public Codec<Dice> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = y.with(yTrue).cast(y.dtype());
        Expr common = t.times(y).sum(axis.array());
        Expr all = t.sum(axis.array()).plus(y.sum(axis.array())).plus(Logits.EPSILON);
        return common.times(2).over(all).from(1).v();
    }
}
