package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = Σ t log(t / y)} along the last axis, both clipped to [ε, 1]. Source: keras/src/losses/losses.py.
 */
public record KLDivergence(LossOptions options) implements Loss {
    public static final Codec<KLDivergence> CODEC = Codec.of(
            "KLDivergence",
            List.of("kld", "kullback_leibler_divergence"),
            f -> new KLDivergence(f.group(LossOptions.of("kl_divergence"), KLDivergence::options)));

    public KLDivergence() {
        this(new LossOptions("kl_divergence"));
    }

    @Override
    public Codec<KLDivergence> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = y.with(yTrue).cast(y.dtype()).clip(Logits.EPSILON, 1);
        return t.times(t.over(y.clip(Logits.EPSILON, 1)).log()).sum(-1).v();
    }
}
