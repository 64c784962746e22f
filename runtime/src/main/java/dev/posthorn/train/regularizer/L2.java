package dev.posthorn.train.regularizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/** {@code l2 · Σx²}. (C1) l2 finite and at least 0. Source: keras/src/regularizers/regularizers.py. */
public record L2(double l2) implements Regularizer {
    public static final Codec<L2> CODEC = Codec.of("L2", f -> new L2(f.of("l2", FieldType.FLOAT, L2::l2, 0.01)));

    public L2 {
        L1L2.check("l2", l2); // (C1)
    }

    @Override
    public Codec<L2> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value x) {
        return Expr.of(b, x).square().sum().times(l2).v();
    }
}
