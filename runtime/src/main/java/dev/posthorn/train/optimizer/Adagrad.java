package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * {@code a ← a + g²}, {@code x ← x − η g / √(a + ε)}. Source: keras/src/optimizers/adagrad.py.
 */
public record Adagrad(OptimizerOptions options, double start, double epsilon) implements Rule {
    public static final Codec<Adagrad> CODEC = Codec.of("Adagrad", f -> {
        OptimizerOptions.formulas(f, Adagrad::options);
        return new Adagrad(
                f.group(OptimizerOptions.of("adagrad", 0.001, null), Adagrad::options),
                f.of("initial_accumulator_value", FieldType.FLOAT, Adagrad::start, 0.1),
                f.of("epsilon", FieldType.FLOAT, Adagrad::epsilon, 1e-7));
    });

    public Adagrad(double learningRate) {
        this(OptimizerOptions.of("adagrad", LearningRate.of(learningRate)), 0.1, 1e-7);
    }

    @Override
    public Codec<Adagrad> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return Rule.filled(parameters, start, "accumulator");
    }

    @Override
    public Expr update(Update u) {
        Expr a = u.set("accumulator", u.slot("accumulator").plus(u.gradient().squared()));
        Expr root = options.older() ? a.sqrt().plus(epsilon) : a.plus(epsilon).sqrt(); // Keras 2 adds ε to the root
        return u.x().minus(u.lr().times(u.g()).over(root));
    }
}
