package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code m ← m + (g − m)(1 − β₁)}, {@code v ← v + (g² − v)(1 − β₂)}, with {@code uₜ = β₁ (1 − ½ 0.96ᵗ)} and p their product so far
 * {@code x ← x − η (uₜ₊₁ m / (1 − p uₜ₊₁) + (1 − uₜ) g / (1 − p)) / (√(v / (1 − β₂ᵗ)) + ε)}. Source: keras/src/optimizers/nadam.py.
 */
public record Nadam(OptimizerOptions options, double beta1, double beta2, double epsilon) implements Rule {
    public static final Codec<Nadam> CODEC = Codec.of("Nadam", f -> {
        OptimizerOptions.formulas(f, Nadam::options);
        return new Nadam(
                f.group(OptimizerOptions.of("nadam", 0.001, null), Nadam::options),
                f.of("beta_1", FieldType.FLOAT, Nadam::beta1, 0.9),
                f.of("beta_2", FieldType.FLOAT, Nadam::beta2, 0.999),
                f.of("epsilon", FieldType.FLOAT, Nadam::epsilon, 1e-7));
    });

    public Nadam(double learningRate) {
        this(OptimizerOptions.of("nadam", LearningRate.of(learningRate)), 0.9, 0.999, 1e-7);
    }

    @Override
    public Codec<Nadam> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>(Rule.each(parameters, "momentum", "velocity"));
        DType dtype =
                parameters.isEmpty() ? DType.FLOAT32 : parameters.get(0).type().dtype();
        slots.add(Slot.scalar("u_product", dtype, 1).with(Slot.Kept.UNLESS_SCALED));
        return slots;
    }

    @Override
    public Expr update(Update u) {
        Expr t = u.step();
        Expr g = u.g();
        Expr now = factor(u, t);
        Expr next = factor(u, u.steps(2, t.dtype()));
        Expr product = u.slot("u_product").cast(t.dtype());
        Expr one = t.number(1);
        Expr m = u.set("momentum", kept(u.slot("momentum"), g, u.cast(beta1)));
        Expr v = u.set("velocity", kept(u.slot("velocity"), u.gradient().squared(), u.cast(beta2)));
        Expr mHat = next.times(m)
                .over(one.minus(product.times(next)))
                .plus(one.minus(now).times(g).over(one.minus(product)));
        Expr vHat = v.over(one.minus(u.cast(beta2).pow(t)));
        return u.x().minus(mHat.times(u.lr()).over(vHat.sqrt().plus(epsilon)));
    }

    /** A moving average whose complement is rounded to the dtype first. */
    private static Expr kept(Expr slot, Expr target, Expr keep) {
        return slot.plus(target.minus(slot).times(keep.from(1)));
    }

    private Expr factor(Update u, Expr t) {
        return u.cast(beta1).times(u.cast(0.96).pow(scaled(t)).times(0.5).from(1));
    }

    /** Keras 2 has a decay of the momentum's schedule, under the key of that of the learning rate. */
    private Expr scaled(Expr t) {
        return options.older() ? t.times(options.decay()) : t;
    }

    @Override
    public double slowing() {
        return options.older() ? 0 : options.decay();
    }

    @Override
    public void begin(Update once) {
        Expr product = once.slot("u_product");
        Expr t = once.steps(1, product.dtype());
        once.set(
                "u_product",
                product.times(beta1)
                        .times(t.number(0.96).pow(scaled(t)).times(0.5).from(1)));
    }
}
