package dev.posthorn.train.constraint;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/** {@code w · min(‖w‖, maxValue) / (ε + ‖w‖)}. Source: keras/src/constraints/constraints.py. */
public record MaxNorm(double maxValue, Norms axis) implements Constraint {
    public static final Codec<MaxNorm> CODEC = Codec.of(
            "MaxNorm",
            f -> new MaxNorm(
                    f.of("max_value", FieldType.FLOAT, MaxNorm::maxValue, 2.0),
                    f.of("axis", Norms.TYPE, MaxNorm::axis, Norms.FIRST)));

    @Override
    public Codec<MaxNorm> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value w) {
        Expr e = Expr.of(b, w);
        Expr norms = axis.of(e);
        return Norms.scaled(e, norms.clip(0, maxValue), norms).v();
    }
}
