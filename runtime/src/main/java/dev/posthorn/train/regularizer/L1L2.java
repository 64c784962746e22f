package dev.posthorn.train.regularizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/** {@code l1 · Σ|x| + l2 · Σx²}. (C1) Both finite and at least 0. Source: keras/src/regularizers/regularizers.py. */
public record L1L2(double l1, double l2) implements Regularizer {
    public static final Codec<L1L2> CODEC = Codec.of(
            "L1L2",
            f -> new L1L2(f.of("l1", FieldType.FLOAT, L1L2::l1, 0.0), f.of("l2", FieldType.FLOAT, L1L2::l2, 0.0)));

    public L1L2 {
        check("l1", l1); // (C1)
        check("l2", l2);
    }

    static void check(String name, double strength) {
        if (!(strength >= 0) || Double.isInfinite(strength)) {
            throw new IllegalArgumentException("expected " + name + " of at least 0 but was " + strength);
        }
    }

    @Override
    public Codec<L1L2> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value x) {
        Expr e = Expr.of(b, x);
        Expr absolute = e.abs().sum().times(l1);
        Expr squared = e.square().sum().times(l2);
        return l1 == 0 && l2 == 0
                ? e.number(0).v()
                : l2 == 0
                        ? absolute.v()
                        : l1 == 0 ? squared.v() : absolute.plus(squared).v();
    }
}
