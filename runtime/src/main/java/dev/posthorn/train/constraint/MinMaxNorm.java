package dev.posthorn.train.constraint;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code w · (rate · clip(‖w‖, minValue, maxValue) + (1 − rate) · ‖w‖) / (ε + ‖w‖)}. Source:
 * keras/src/constraints/constraints.py.
 */
public record MinMaxNorm(double minValue, double maxValue, double rate, Norms axis) implements Constraint {
    public static final Codec<MinMaxNorm> CODEC = Codec.of(
            "MinMaxNorm",
            f -> new MinMaxNorm(
                    f.of("min_value", FieldType.FLOAT, MinMaxNorm::minValue, 0.0),
                    f.of("max_value", FieldType.FLOAT, MinMaxNorm::maxValue, 1.0),
                    f.of("rate", FieldType.FLOAT, MinMaxNorm::rate, 1.0),
                    f.of("axis", Norms.TYPE, MinMaxNorm::axis, Norms.FIRST)));

    @Override
    public Codec<MinMaxNorm> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value w) {
        Expr e = Expr.of(b, w);
        Expr norms = axis.of(e);
        Expr desired = norms.clip(minValue, maxValue).times(rate).plus(norms.times(1 - rate));
        return Norms.scaled(e, desired, norms).v();
    }
}
