package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code values[i]} for steps above {@code boundaries[i-1]}, up to and with {@code boundaries[i]}.
 *
 * <p>(C1) one value more than boundaries, of which there is one at least. Source:
 * keras/src/optimizers/schedules/learning_rate_schedule.py.
 */
public record PiecewiseConstantDecay(List<Double> boundaries, List<Double> values, String name) implements Schedule {
    public static final Codec<PiecewiseConstantDecay> CODEC = Codec.of(
            "PiecewiseConstantDecay",
            f -> new PiecewiseConstantDecay(
                    f.of("boundaries", FieldType.listOf(FieldType.FLOAT), PiecewiseConstantDecay::boundaries),
                    f.of("values", FieldType.listOf(FieldType.FLOAT), PiecewiseConstantDecay::values),
                    f.of("name", FieldType.STRING, PiecewiseConstantDecay::name, "PiecewiseConstant")));

    public PiecewiseConstantDecay {
        boundaries = List.copyOf(boundaries);
        values = List.copyOf(values);
        if (boundaries.isEmpty() || boundaries.size() != values.size() - 1) { // (C1)
            throw new IllegalArgumentException(
                    "expected one value more than boundaries but was " + values + " and " + boundaries);
        }
    }

    @Override
    public Codec<PiecewiseConstantDecay> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value step) {
        Expr at = Expr.of(b, step);
        Expr rate = at.with(b.constant(DType.FLOAT32, values.get(0)));
        for (int i = 0; i < boundaries.size(); i++) {
            Expr above = at.greaterThan(at.number(boundaries.get(i)));
            rate = above.select(rate.number(values.get(i + 1)), rate);
        }
        return rate.v();
    }
}
