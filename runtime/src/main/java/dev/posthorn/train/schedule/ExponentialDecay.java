package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;

/**
 * {@code initial · rate^(step / steps)}, of the whole quotient where {@code staircase}.
 *
 * <p>(C1) steps above 0. Source: keras/src/optimizers/schedules/learning_rate_schedule.py.
 */
public record ExponentialDecay(double initial, double steps, double rate, boolean staircase, String name)
        implements Schedule {
    public static final Codec<ExponentialDecay> CODEC = Codec.of(
            "ExponentialDecay",
            f -> new ExponentialDecay(
                    f.of("initial_learning_rate", FieldType.FLOAT, ExponentialDecay::initial),
                    f.of("decay_steps", FieldType.FLOAT, ExponentialDecay::steps),
                    f.of("decay_rate", FieldType.FLOAT, ExponentialDecay::rate),
                    f.of("staircase", FieldType.BOOL, ExponentialDecay::staircase, false),
                    f.of("name", FieldType.STRING, ExponentialDecay::name, "ExponentialDecay")));

    public ExponentialDecay {
        Steps.check(steps); // (C1)
    }

    @Override
    public Codec<ExponentialDecay> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value step) {
        Expr p = Steps.passed(b, step, steps, staircase);
        return p.number(initial).times(p.number(rate).pow(p)).v();
    }
}
