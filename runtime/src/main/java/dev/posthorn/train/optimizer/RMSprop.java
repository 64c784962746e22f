package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code v ← ρ v + (1 − ρ) g²}, {@code x ← x − η g / √(v + ε)}; centered, v less the square of g's moving average; with momentum
 * {@code m ← μ m + η g / √…}, {@code x ← x − m}. Source: keras/src/optimizers/rmsprop.py.
 */
public record RMSprop(OptimizerOptions options, double rho, double momentum, double epsilon, boolean centered)
        implements Rule {
    public static final Codec<RMSprop> CODEC = Codec.of("RMSprop", f -> {
        OptimizerOptions.formulas(f, RMSprop::options);
        return new RMSprop(
                f.group(OptimizerOptions.of("rmsprop", 0.001, null), RMSprop::options),
                f.of("rho", FieldType.FLOAT, RMSprop::rho, 0.9),
                f.of("momentum", FieldType.FLOAT, RMSprop::momentum, 0.0),
                f.of("epsilon", FieldType.FLOAT, RMSprop::epsilon, 1e-7),
                f.of("centered", FieldType.BOOL, RMSprop::centered, false));
    });

    public RMSprop(double learningRate) {
        this(OptimizerOptions.of("rmsprop", LearningRate.of(learningRate)), 0.9, 0.0, 1e-7, false);
    }

    @Override
    public Codec<RMSprop> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>(Rule.each(parameters, "velocity"));
        if (momentum > 0) {
            slots.addAll(Rule.each(parameters, "momentum"));
        }
        if (centered) {
            slots.addAll(Rule.each(parameters, "average_gradient"));
        }
        return slots;
    }

    @Override
    public Expr update(Update u) {
        Expr g = u.g();
        Expr v = u.set(
                "velocity",
                u.slot("velocity").times(rho).plus(u.gradient().squared().times(1 - rho)));
        if (centered) {
            Expr mean = u.set(
                    "average_gradient", u.slot("average_gradient").times(rho).plus(g.times(1 - rho)));
            v = v.minus(mean.square());
        }
        boolean outside = options.older() && momentum == 0; // Keras 2 adds ε to the root then
        Expr root = outside ? v.sqrt().plus(epsilon) : v.plus(epsilon).sqrt();
        Expr move = u.lr().times(g).over(root);
        if (momentum > 0) {
            move = u.set("momentum", u.slot("momentum").times(momentum).plus(move));
        }
        return u.x().minus(move);
    }
}
