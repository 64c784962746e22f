package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code initial / (1 + rate · step / steps)}, of the whole quotient where {@code staircase}.
 *
 * <p>(C1) steps above 0. Source: keras/src/optimizers/schedules/learning_rate_schedule.py.
 */
public record InverseTimeDecay(double initial, double steps, double rate, boolean staircase, String name)
        implements Schedule {
    public static final Codec<InverseTimeDecay> CODEC = Codec.of(
            "InverseTimeDecay",
            f -> new InverseTimeDecay(
                    f.of("initial_learning_rate", FieldType.FLOAT, InverseTimeDecay::initial),
                    f.of("decay_steps", FieldType.FLOAT, InverseTimeDecay::steps),
                    f.of("decay_rate", FieldType.FLOAT, InverseTimeDecay::rate),
                    f.of("staircase", FieldType.BOOL, InverseTimeDecay::staircase, false),
                    f.of("name", FieldType.STRING, InverseTimeDecay::name, "InverseTimeDecay")));

    public InverseTimeDecay {
        Steps.check(steps); // (C1)
    }

    @Override
    public Codec<InverseTimeDecay> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value step) {
        Expr p = Steps.passed(b, step, steps, staircase);
        return p.number(initial).over(p.times(rate).plus(1)).v();
    }
}
