package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameter is {@code y = (1 − β₁) z + β₁ x} of the fast iterate z, in the slot momentum, and the average x of all z so far:
 * {@code v ← v + (g² − v)(1 − β₂)}, {@code z ← z − η g / (√(v / (1 − β₂ᵗ)) + ε)}, {@code x ← (1 − 1/t) x + z / t}, where the old x is
 * {@code (y − (1 − β₁) z) / β₁} of the new z: TensorFlow reads it after it is assigned. The learning rate rises in a
 * line over warmupSteps. Source: keras/src/optimizers/schedule_free_adamw.py.
 */
public record ScheduleFreeAdamW(OptimizerOptions options, double beta1, double beta2, double epsilon, int warmupSteps)
        implements Rule {
    public static final Codec<ScheduleFreeAdamW> CODEC = Codec.of(
            "ScheduleFreeAdamW",
            f -> new ScheduleFreeAdamW(
                    f.group(OptimizerOptions.of("schedule_free_adamw", 0.0025, null), ScheduleFreeAdamW::options),
                    f.of("beta_1", FieldType.FLOAT, ScheduleFreeAdamW::beta1, 0.9),
                    f.of("beta_2", FieldType.FLOAT, ScheduleFreeAdamW::beta2, 0.999),
                    f.of("epsilon", FieldType.FLOAT, ScheduleFreeAdamW::epsilon, 1e-8),
                    f.of("warmup_steps", FieldType.INT, ScheduleFreeAdamW::warmupSteps, 0)));

    public ScheduleFreeAdamW(double learningRate) {
        this(OptimizerOptions.of("schedule_free_adamw", LearningRate.of(learningRate)), 0.9, 0.999, 1e-8, 0);
    }

    @Override
    public Codec<ScheduleFreeAdamW> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            slots.add(new Slot("momentum", i, parameters.get(i).type(), 0, true));
            slots.add(Slot.like("velocity", i, parameters.get(i).type()));
        }
        return slots;
    }

    @Override
    public Expr update(Update u) {
        Expr t = u.step();
        Expr lr = warmupSteps > 0 ? u.lr().times(t.over(warmupSteps).min(1)) : u.lr();
        Expr z = u.slot("momentum");
        Expr keep = u.cast(beta1).from(1);
        Expr old = u.slot("velocity");
        Expr v = u.set(
                "velocity",
                old.plus(u.gradient().squared().minus(old).times(u.cast(beta2).from(1))));
        Expr root = v.over(u.cast(beta2).pow(t).from(1)).sqrt().plus(u.cast(epsilon));
        Expr next = u.set("momentum", z.minus(lr.times(u.g()).over(root)));
        Expr weight = t.number(1).over(t);
        Expr x = u.x().minus(keep.times(next)).over(u.cast(beta1));
        Expr average = weight.from(1).times(x).plus(weight.times(next));
        return keep.times(next).plus(average.times(u.cast(beta1)));
    }
}
