package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code L[…] = (1 − p[t]^q) / q} along the last axis, t the number of a class.
 *
 * <p>(C1) 0 &lt; q &lt; 1. Source: keras/src/losses/losses.py.
 */
public record CategoricalGeneralizedCrossEntropy(LossOptions options, double q) implements Loss {
    public static final Codec<CategoricalGeneralizedCrossEntropy> CODEC = Codec.of(
            "CategoricalGeneralizedCrossEntropy",
            f -> new CategoricalGeneralizedCrossEntropy(
                    f.group(
                            LossOptions.of("categorical_generalized_cross_entropy"),
                            CategoricalGeneralizedCrossEntropy::options),
                    f.of("q", FieldType.FLOAT, CategoricalGeneralizedCrossEntropy::q, 0.5)));

    public CategoricalGeneralizedCrossEntropy {
        if (!(q > 0 && q < 1)) { // (C1)
            throw new IllegalArgumentException("expected q between 0 and 1 but was " + q);
        }
    }

    public CategoricalGeneralizedCrossEntropy() {
        this(new LossOptions("categorical_generalized_cross_entropy"), 0.5);
    }

    @Override
    public Codec<CategoricalGeneralizedCrossEntropy> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr one = y.with(yTrue).cast(DType.INT32).oneHot(b.dim(yPred, -1), y.dtype());
        return y.times(one).sum(-1).pow(q).from(1).over(q).v();
    }
}
