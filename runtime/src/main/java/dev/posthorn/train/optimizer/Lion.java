package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.op.Unary;
import java.util.List;

/**
 * {@code x ← x − η sign(β₁ m + (1 − β₁) g)}, {@code m ← β₂ m + (1 − β₂) g}.
 *
 * <p>(C1) β₁ in (0, 1]. Source: keras/src/optimizers/lion.py.
 */
public record Lion(OptimizerOptions options, double beta1, double beta2) implements Rule {
    public static final Codec<Lion> CODEC = Codec.of(
            "Lion",
            f -> new Lion(
                    f.group(OptimizerOptions.of("lion", 0.001, null), Lion::options),
                    f.of("beta_1", FieldType.FLOAT, Lion::beta1, 0.9),
                    f.of("beta_2", FieldType.FLOAT, Lion::beta2, 0.99)));

    public Lion {
        if (!(beta1 > 0 && beta1 <= 1)) { // (C1)
            throw new IllegalArgumentException("expected beta_1 in (0, 1] but was " + beta1);
        }
    }

    public Lion(double learningRate) {
        this(OptimizerOptions.of("lion", LearningRate.of(learningRate)), 0.9, 0.99);
    }

    @Override
    public Codec<Lion> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return Rule.each(parameters, "momentum");
    }

    @Override
    public Expr update(Update u) {
        Expr m = u.slot("momentum");
        Expr direction = mix(m, u.g(), u.cast(beta1)).apply(Unary.Fn.SIGN);
        u.set("momentum", mix(m, u.g(), u.cast(beta2)));
        return u.x().minus(u.lr().times(direction));
    }

    private static Expr mix(Expr m, Expr g, Expr beta) {
        return m.times(beta).plus(g.times(beta.from(1)));
    }
}
