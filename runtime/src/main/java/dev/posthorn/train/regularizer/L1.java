package dev.posthorn.train.regularizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/** {@code l1 · Σ|x|}. (C1) l1 finite and at least 0. Source: keras/src/regularizers/regularizers.py. */
public record L1(double l1) implements Regularizer {
    public static final Codec<L1> CODEC = Codec.of("L1", f -> new L1(f.of("l1", FieldType.FLOAT, L1::l1, 0.01)));

    public L1 {
        L1L2.check("l1", l1); // (C1)
    }

    @Override
    public Codec<L1> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value x) {
        return Expr.of(b, x).abs().sum().times(l1).v();
    }
}
