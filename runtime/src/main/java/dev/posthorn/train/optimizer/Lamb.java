package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * Adam's direction {@code d = m̂ / (√v̂ + ε)} with a step as long as the weights: {@code x ← x − η ‖x‖ / ‖d‖ · d}, where both are above 0,
 * else {@code x − η d}. Source: keras/src/optimizers/lamb.py.
 */
public record Lamb(OptimizerOptions options, double beta1, double beta2, double epsilon) implements Rule {
    public static final Codec<Lamb> CODEC = Codec.of(
            "Lamb",
            f -> new Lamb(
                    f.group(OptimizerOptions.of("lamb", 0.001, null), Lamb::options),
                    f.of("beta_1", FieldType.FLOAT, Lamb::beta1, 0.9),
                    f.of("beta_2", FieldType.FLOAT, Lamb::beta2, 0.999),
                    f.of("epsilon", FieldType.FLOAT, Lamb::epsilon, 1e-7)));

    public Lamb(double learningRate) {
        this(OptimizerOptions.of("lamb", LearningRate.of(learningRate)), 0.9, 0.999, 1e-7);
    }

    @Override
    public Codec<Lamb> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return Rule.each(parameters, "momentum", "velocity");
    }

    @Override
    public Expr update(Update u) {
        Expr t = u.step();
        Expr m = u.average("momentum", u.g(), beta1);
        Expr v = u.average("velocity", u.gradient().squared(), beta2);
        Expr root = v.over(u.cast(beta2).pow(t).from(1)).sqrt().plus(epsilon);
        Expr d = m.over(u.cast(beta1).pow(t).from(1)).over(root);
        Expr weights = u.x().square().sum().sqrt();
        Expr length = d.square().sum().sqrt();
        Expr zero = d.number(0);
        Expr both = weights.greaterThan(zero).and(length.greaterThan(zero));
        Expr ratio = both.select(weights.over(length), d.number(1));
        return u.x().minus(ratio.times(u.lr()).times(d));
    }
}
