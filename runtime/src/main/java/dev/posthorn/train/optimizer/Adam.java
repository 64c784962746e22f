package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code m ← m + (g − m)(1 − β₁)}, {@code v ← v + (g² − v)(1 − β₂)}, {@code x ← x − α m / (√v + ε)} with
 * {@code α = η √(1 − β₂ᵗ) / (1 − β₁ᵗ)}; amsgrad takes the largest v so far. Source: keras/src/optimizers/adam.py.
 */
public record Adam(OptimizerOptions options, double beta1, double beta2, double epsilon, boolean amsgrad)
        implements Rule {
    public static final Codec<Adam> CODEC = Codec.of(
            "Adam",
            f -> new Adam(
                    f.group(OptimizerOptions.of("adam", 0.001, null), Adam::options),
                    f.of("beta_1", FieldType.FLOAT, Adam::beta1, 0.9),
                    f.of("beta_2", FieldType.FLOAT, Adam::beta2, 0.999),
                    f.of("epsilon", FieldType.FLOAT, Adam::epsilon, 1e-7),
                    f.of("amsgrad", FieldType.BOOL, Adam::amsgrad, false)));

    public Adam(double learningRate) {
        this(OptimizerOptions.of("adam", LearningRate.of(learningRate)), 0.9, 0.999, 1e-7, false);
    }

    @Override
    public Codec<Adam> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>(Rule.each(parameters, "momentum", "velocity"));
        if (amsgrad) {
            slots.addAll(Rule.each(parameters, "velocity_hat"));
        }
        return slots;
    }

    /** Keras 2.1.3 to 2.3 without amsgrad: one number for each parameter, in place of its largest v. */
    @Override
    public List<StoredSlot> leftovers(List<Parameter> parameters, Dialect dialect) {
        return amsgrad || dialect != Dialect.KERAS2 || !options.older()
                ? List.of()
                : parameters.stream()
                        .map(p -> new StoredSlot(StoredSlot.UNREAD, TensorType.of(DType.FLOAT32, 1)))
                        .toList();
    }

    @Override
    public Expr update(Update u) {
        return update(u, u.lr(), beta1, beta2, epsilon, amsgrad);
    }

    /** The new value of a parameter; AdamW and Muon have it too. */
    static Expr update(Update u, Expr lr, double beta1, double beta2, double epsilon, boolean amsgrad) {
        Expr t = u.step();
        Expr root = u.cast(beta2).pow(t).from(1).sqrt();
        Expr alpha = lr.times(root).over(u.cast(beta1).pow(t).from(1));
        Expr m = u.average("momentum", u.g(), beta1);
        Expr v = u.average("velocity", u.gradient().squared(), beta2);
        if (amsgrad) {
            v = u.set("velocity_hat", u.slot("velocity_hat").max(v));
        }
        return u.x().minus(m.times(alpha).over(v.sqrt().plus(epsilon)));
    }
}
