package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/**
 * {@code from · ((1 − alpha) · ½ (1 + cos(π · step / steps)) + alpha)}. With a warm-up the rate first rises in a line to its
 * target, from where it then falls.
 *
 * <p>(C1) steps above 0. Source: keras/src/optimizers/schedules/learning_rate_schedule.py.
 *
 * @param warmupTarget null where there is no warm-up
 */
public record CosineDecay(
        double initial, double steps, double alpha, String name, Double warmupTarget, double warmupSteps)
        implements Schedule {
    public static final Codec<CosineDecay> CODEC = Codec.of(
            "CosineDecay",
            f -> new CosineDecay(
                    f.of("initial_learning_rate", FieldType.FLOAT, CosineDecay::initial),
                    f.of("decay_steps", FieldType.FLOAT, CosineDecay::steps),
                    f.of("alpha", FieldType.FLOAT, CosineDecay::alpha, 0.0),
                    f.of("name", FieldType.STRING, CosineDecay::name, "CosineDecay"),
                    f.of("warmup_target", FieldType.FLOAT.orNull(), CosineDecay::warmupTarget, null),
                    f.of("warmup_steps", FieldType.FLOAT, CosineDecay::warmupSteps, 0.0)));

    public CosineDecay {
        Steps.check(steps); // (C1)
    }

    @Override
    public Codec<CosineDecay> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value step) {
        Expr at = Steps.at(b, step);
        if (warmupTarget == null) {
            return fall(at.min(steps), initial).v();
        }
        at = at.min(at.number(steps).plus(warmupSteps));
        Expr rise = at.number(warmupTarget)
                .minus(initial)
                .times(at.over(warmupSteps))
                .plus(initial);
        Expr warming = at.lessThan(at.number(warmupSteps));
        return warming.select(rise, fall(at.minus(warmupSteps), warmupTarget)).v();
    }

    private Expr fall(Expr at, double from) {
        Expr cosine = at.over(steps).times(Math.PI).apply(Unary.Fn.COS).plus(1).times(0.5);
        return cosine.times(1 - alpha).plus(alpha).times(from);
    }
}
