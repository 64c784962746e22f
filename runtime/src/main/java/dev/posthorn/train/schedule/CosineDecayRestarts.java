package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/**
 * {@code initial · ((1 − alpha) · ½ mMul^i (1 + cos(π · p)) + alpha)} where p is how much of period i has passed; each period
 * lasts {@code tMul} times as long as the one before, the first {@code firstSteps}.
 *
 * <p>(C1) firstSteps above 0. Source: keras/src/optimizers/schedules/learning_rate_schedule.py.
 */
public record CosineDecayRestarts(
        double initial, double firstSteps, double tMul, double mMul, double alpha, String name) implements Schedule {
    public static final Codec<CosineDecayRestarts> CODEC = Codec.of(
            "CosineDecayRestarts",
            f -> new CosineDecayRestarts(
                    f.of("initial_learning_rate", FieldType.FLOAT, CosineDecayRestarts::initial),
                    f.of("first_decay_steps", FieldType.FLOAT, CosineDecayRestarts::firstSteps),
                    f.of("t_mul", FieldType.FLOAT, CosineDecayRestarts::tMul, 2.0),
                    f.of("m_mul", FieldType.FLOAT, CosineDecayRestarts::mMul, 1.0),
                    f.of("alpha", FieldType.FLOAT, CosineDecayRestarts::alpha, 0.0),
                    f.of("name", FieldType.STRING, CosineDecayRestarts::name, "SGDRDecay")));

    public CosineDecayRestarts {
        Steps.check(firstSteps); // (C1)
    }

    @Override
    public Codec<CosineDecayRestarts> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value step) {
        Expr passed = Steps.passed(b, step, firstSteps, false);
        Expr t = passed.number(tMul);
        Expr period;
        Expr p;
        if ((float) tMul == 1) {
            period = passed.apply(Unary.Fn.FLOOR);
            p = passed.minus(period);
        } else {
            period = passed.times(t.from(1)).from(1).log().over(t.log()).apply(Unary.Fn.FLOOR);
            Expr before = t.pow(period).from(1).over(t.from(1));
            p = passed.minus(before).over(t.pow(period));
        }
        Expr height = t.number(mMul).pow(period).times(0.5);
        Expr cosine = p.times(Math.PI).apply(Unary.Fn.COS).plus(1).times(height);
        Expr decayed = cosine.times(p.number(alpha).from(1)).plus(alpha);
        return decayed.times(initial).v();
    }
}
