package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code a' = a + g²}, {@code l ← l + ĝ − (a'^−p − a^−p) / η · x}, {@code x ← (clip(l, −l₁, l₁) − l) / (a'^−p / η + 2 (l₂ + β / 2η))},
 * {@code ĝ = g + 2 shrinkage x}.
 *
 * <p>(C1) power at most 0, all else at least 0. Source: keras/src/optimizers/ftrl.py.
 */
public record Ftrl(
        OptimizerOptions options, double power, double start, double l1, double l2, double shrinkage, double beta)
        implements Rule {
    public static final Codec<Ftrl> CODEC = Codec.of(
            "Ftrl",
            f -> new Ftrl(
                    f.group(OptimizerOptions.of("ftrl", 0.001, null), Ftrl::options),
                    f.of("learning_rate_power", FieldType.FLOAT, Ftrl::power, -0.5),
                    f.of("initial_accumulator_value", FieldType.FLOAT, Ftrl::start, 0.1),
                    f.of("l1_regularization_strength", FieldType.FLOAT, Ftrl::l1, 0.0),
                    f.of("l2_regularization_strength", FieldType.FLOAT, Ftrl::l2, 0.0),
                    f.of("l2_shrinkage_regularization_strength", FieldType.FLOAT, Ftrl::shrinkage, 0.0),
                    f.of("beta", FieldType.FLOAT, Ftrl::beta, 0.0)));

    public Ftrl {
        if (!(power <= 0 && start >= 0 && l1 >= 0 && l2 >= 0 && shrinkage >= 0)) { // (C1)
            throw new IllegalArgumentException(
                    "expected learning_rate_power of at most 0 and all else of at least 0 but was "
                            + List.of(power, start, l1, l2, shrinkage));
        }
    }

    public Ftrl(double learningRate) {
        this(OptimizerOptions.of("ftrl", LearningRate.of(learningRate)), -0.5, 0.1, 0.0, 0.0, 0.0, 0.0);
    }

    @Override
    public Codec<Ftrl> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            slots.add(new Slot("accumulator", i, parameters.get(i).type(), start, false));
            slots.add(Slot.like("linear", i, parameters.get(i).type()));
        }
        return slots;
    }

    @Override
    public boolean interleaves() {
        return true;
    }

    @Override
    public Expr update(Update u) {
        Expr a = u.slot("accumulator");
        Expr lr = u.lr();
        Expr decay = lr.number(beta).over(lr.times(2)).plus(l2);
        Expr g = u.g().plus(u.x().times(2 * shrinkage));
        Expr next = a.plus(u.gradient().squared());
        Expr step = next.pow(-power).minus(a.pow(-power)).over(lr).times(u.x());
        Expr linear = u.set("linear", u.slot("linear").plus(g.minus(step)));
        Expr quadratic = next.pow(-power).over(lr).plus(decay.times(2));
        u.set("accumulator", next);
        return linear.clip(-l1, l1).minus(linear).over(quadratic);
    }
}
