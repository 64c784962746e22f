package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * {@code m ← m + (g − m)(1 − β₁)}, {@code n ← max(β₂ n, |g|)}, {@code x ← x − η m / ((1 − β₁ᵗ)(n + ε))}. Source: keras/src/optimizers/adamax.py.
 */
public record Adamax(OptimizerOptions options, double beta1, double beta2, double epsilon) implements Rule {
    public static final Codec<Adamax> CODEC = Codec.of(
            "Adamax",
            f -> new Adamax(
                    f.group(OptimizerOptions.of("adamax", 0.001, null), Adamax::options),
                    f.of("beta_1", FieldType.FLOAT, Adamax::beta1, 0.9),
                    f.of("beta_2", FieldType.FLOAT, Adamax::beta2, 0.999),
                    f.of("epsilon", FieldType.FLOAT, Adamax::epsilon, 1e-7)));

    public Adamax(double learningRate) {
        this(OptimizerOptions.of("adamax", LearningRate.of(learningRate)), 0.9, 0.999, 1e-7);
    }

    @Override
    public Codec<Adamax> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return Rule.each(parameters, "momentum", "norm");
    }

    @Override
    public Expr update(Update u) {
        Expr t = u.step();
        Expr m = u.average("momentum", u.g(), beta1);
        Expr n = u.set("norm", u.slot("norm").times(beta2).max(u.gradient().magnitude()));
        Expr scale = u.cast(beta1).pow(t).from(1);
        return u.x().minus(u.lr().times(m).over(scale.times(n.plus(epsilon))));
    }
}
