package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/**
 * {@code (initial − end) · (1 − step / steps)^power + end}; the step no more than steps, or, where {@code cycle}, steps times
 * the least whole number that is enough.
 *
 * <p>(C1) steps above 0. Source: keras/src/optimizers/schedules/learning_rate_schedule.py.
 */
public record PolynomialDecay(double initial, double steps, double end, double power, boolean cycle, String name)
        implements Schedule {
    public static final Codec<PolynomialDecay> CODEC = Codec.of(
            "PolynomialDecay",
            f -> new PolynomialDecay(
                    f.of("initial_learning_rate", FieldType.FLOAT, PolynomialDecay::initial),
                    f.of("decay_steps", FieldType.FLOAT, PolynomialDecay::steps),
                    f.of("end_learning_rate", FieldType.FLOAT, PolynomialDecay::end, 1e-4),
                    f.of("power", FieldType.FLOAT, PolynomialDecay::power, 1.0),
                    f.of("cycle", FieldType.BOOL, PolynomialDecay::cycle, false),
                    f.of("name", FieldType.STRING, PolynomialDecay::name, "PolynomialDecay")));

    public PolynomialDecay {
        Steps.check(steps); // (C1)
    }

    @Override
    public Codec<PolynomialDecay> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value step) {
        Expr at = Steps.at(b, step);
        Expr all = at.number(steps);
        if (cycle) {
            Expr begun = at.over(steps).apply(Unary.Fn.CEIL);
            all = all.times(at.equalTo(at.number(0)).select(at.number(1), begun));
        } else {
            at = at.min(all);
        }
        Expr rest = at.over(all).from(1).pow(power);
        return at.number(initial).minus(end).times(rest).plus(end).v();
    }
}
