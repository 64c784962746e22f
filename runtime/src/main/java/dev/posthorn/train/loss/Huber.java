package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = mean (|e| ≤ δ ? ½ e² : δ |e| − ½ δ²)}, {@code e = y − t}, along the last axis. Keras 3 does not write δ: where a
 * file has none it is 1. Source: keras/src/losses/losses.py.
 */
public record Huber(LossOptions options, double delta) implements Loss {
    public static final Codec<Huber> CODEC = Codec.of(
            "Huber",
            List.of("huber"),
            f -> new Huber(
                    f.group(LossOptions.of("huber_loss"), Huber::options),
                    f.old("delta", FieldType.FLOAT, Huber::delta, 1.0)));

    public Huber() {
        this(new LossOptions("huber_loss"), 1.0);
    }

    @Override
    public Codec<Huber> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        Expr error = both.y().minus(both.x());
        Expr size = error.abs();
        Expr limit = error.number(delta);
        Expr line = size.times(limit).minus(limit.square().times(0.5));
        return size.atMost(limit)
                .select(error.square().times(0.5), line)
                .mean(-1)
                .v();
    }
}
