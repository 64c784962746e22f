package dev.posthorn.train.constraint;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/** {@code w / (ε + ‖w‖)}. Source: keras/src/constraints/constraints.py. */
public record UnitNorm(Norms axis) implements Constraint {
    public static final Codec<UnitNorm> CODEC =
            Codec.of("UnitNorm", f -> new UnitNorm(f.of("axis", Norms.TYPE, UnitNorm::axis, Norms.FIRST)));

    @Override
    public Codec<UnitNorm> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value w) {
        Expr e = Expr.of(b, w);
        return e.over(axis.of(e).plus(Norms.EPSILON)).v();
    }
}
