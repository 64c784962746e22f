package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * {@code a ← ρ a + (1 − ρ) g²}, {@code δ = −√(d + ε) g / √(a + ε)}, {@code d ← ρ d + (1 − ρ) δ²}, {@code x ← x + η δ}.
 * Source: keras/src/optimizers/adadelta.py.
 */
public record Adadelta(OptimizerOptions options, double rho, double epsilon) implements Rule {
    public static final Codec<Adadelta> CODEC = Codec.of(
            "Adadelta",
            f -> new Adadelta(
                    f.group(OptimizerOptions.of("adadelta", 0.001, null), Adadelta::options),
                    f.of("rho", FieldType.FLOAT, Adadelta::rho, 0.95),
                    f.of("epsilon", FieldType.FLOAT, Adadelta::epsilon, 1e-7)));

    public Adadelta(double learningRate) {
        this(OptimizerOptions.of("adadelta", LearningRate.of(learningRate)), 0.95, 1e-7);
    }

    @Override
    public Codec<Adadelta> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return Rule.each(parameters, "accumulated_grad", "accumulated_delta_var");
    }

    @Override
    public Expr update(Update u) {
        Expr g = u.g();
        Expr deltas = u.slot("accumulated_delta_var");
        Expr a = u.set(
                "accumulated_grad",
                u.slot("accumulated_grad")
                        .times(rho)
                        .plus(u.gradient().squared().times(1 - rho)));
        Expr move = root(deltas).times(g).over(root(a)).neg();
        Expr squared = u.gradient().isSparse()
                ? u.gradient().squared().times(root(deltas).over(root(a)).square())
                : move.square();
        u.set("accumulated_delta_var", deltas.times(rho).plus(squared.times(1 - rho)));
        return u.x().plus(u.lr().times(move));
    }

    private Expr root(Expr x) {
        return x.plus(epsilon).sqrt();
    }
}
