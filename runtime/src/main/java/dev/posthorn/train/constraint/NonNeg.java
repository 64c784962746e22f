package dev.posthorn.train.constraint;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/** {@code max(w, 0)}. Source: keras/src/constraints/constraints.py. */
public record NonNeg() implements Constraint {
    public static final Codec<NonNeg> CODEC = Codec.of("NonNeg", f -> new NonNeg());

    @Override
    public Codec<NonNeg> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value w) {
        return Expr.of(b, w).max(0).v();
    }
}
