package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;

/**
 * Second moments of a matrix as the product of their means along its last two axes: {@code r}, {@code c},
 * {@code v = r / mean r · c}; a vector's own. {@code u = g / √v}, {@code x ← x − max(ε₂, rms x) ρ u / max(1, rms u / threshold)} with
 * {@code ρ = min(η, 1/√t)}. Source: keras/src/optimizers/adafactor.py.
 */
public record Adafactor(
        OptimizerOptions options,
        double decayPower,
        double epsilon1,
        double epsilon2,
        double clipThreshold,
        boolean relativeStep)
        implements Rule {
    public static final Codec<Adafactor> CODEC = Codec.of(
            "Adafactor",
            f -> new Adafactor(
                    f.group(OptimizerOptions.of("adafactor", 0.001, null), Adafactor::options),
                    f.of("beta_2_decay", FieldType.FLOAT, Adafactor::decayPower, -0.8),
                    f.of("epsilon_1", FieldType.FLOAT, Adafactor::epsilon1, 1e-30),
                    f.of("epsilon_2", FieldType.FLOAT, Adafactor::epsilon2, 1e-3),
                    f.of("clip_threshold", FieldType.FLOAT, Adafactor::clipThreshold, 1.0),
                    f.of("relative_step", FieldType.BOOL, Adafactor::relativeStep, true)));

    public Adafactor(double learningRate) {
        this(OptimizerOptions.of("adafactor", LearningRate.of(learningRate)), -0.8, 1e-30, 1e-3, 1.0, true);
    }

    @Override
    public Codec<Adafactor> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            TensorType type = parameters.get(i).type();
            Shape shape = type.shape();
            boolean matrix = shape.rank() >= 2;
            TensorType none = TensorType.of(DType.INT32); // Keras has them for vectors too, and never uses them
            Slot.Kept kept = matrix ? Slot.Kept.ALWAYS : Slot.Kept.UNLESS_SCALED;
            slots.add(Slot.like("r", i, matrix ? type.withShape(shape.remove(shape.rank() - 1)) : none)
                    .with(kept));
            slots.add(Slot.like("c", i, matrix ? type.withShape(shape.remove(shape.rank() - 2)) : none)
                    .with(kept));
            slots.add(Slot.like("velocity", i, type));
        }
        return slots;
    }

    @Override
    public Expr update(Update u) {
        Expr t = u.step();
        Expr g = u.g();
        Expr rho = u.lr().min(t.number(1).over(t.sqrt()));
        Expr alpha = rms(u.x()).max(u.cast(epsilon2)).times(rho);
        Expr squares = u.gradient().squared().plus(epsilon1);
        Expr keep = t.pow(decayPower).from(1);
        Expr v;
        if (g.rank() >= 2) {
            Expr r = u.set("r", mix(keep, u.slot("r"), squares.mean(-1)));
            Expr c = u.set("c", mix(keep, u.slot("c"), squares.mean(-2)));
            Expr part = r.over(r.reduce(Reduce.Fn.MEAN, true, -1)).expandDims(-1);
            v = u.set("velocity", part.times(c.expandDims(-2)));
        } else {
            v = u.set("velocity", mix(keep, u.slot("velocity"), squares));
        }
        Expr move = g.over(v.sqrt());
        Expr size =
                u.gradient().isSparse() ? u.gradient().squared().over(v).mean().sqrt() : rms(move);
        return u.x().minus(alpha.times(move.over(size.over(clipThreshold).max(1))));
    }

    private static Expr mix(Expr keep, Expr slot, Expr target) {
        return keep.times(slot).plus(keep.from(1).times(target));
    }

    private static Expr rms(Expr x) {
        return x.square().mean().sqrt();
    }
}
