package dev.posthorn.train.loss;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import java.util.Locale;
import java.util.Optional;

/** How the losses of samples become one number. Source: keras/src/losses/loss.py. */
public enum Reduction {
    /** The sum over the number of values. */
    SUM_OVER_BATCH_SIZE,
    SUM,
    /** The values stay as they are. */
    NONE,
    /** The same as SUM_OVER_BATCH_SIZE. */
    MEAN,
    /** The sum over the sum of weights. */
    MEAN_WITH_SAMPLE_WEIGHT;

    /** A name in lower case; null is none, and Keras 2's {@code auto} the first. */
    static final FieldType<Reduction> TYPE = new FieldType<>(
            "a reduction",
            (o, c) -> "auto".equals(o) ? SUM_OVER_BATCH_SIZE : named((String) o),
            (r, c) -> r == SUM_OVER_BATCH_SIZE && c.dialect() == Dialect.KERAS2 ? "auto" : r.keras(),
            false);

    private static Reduction named(String name) {
        for (Reduction r : values()) {
            if (r.keras().equals(name)) {
                return r;
            }
        }
        throw new IllegalArgumentException("unknown name");
    }

    private String keras() {
        return name().toLowerCase(Locale.ROOT);
    }

    private boolean counts() {
        return this == SUM_OVER_BATCH_SIZE || this == MEAN;
    }

    /** The values, weighted and masked, as this says: a scalar but for NONE. */
    Value apply(Builder b, Value values, Optional<Value> sampleWeight, Optional<Value> mask) {
        Expr v = Expr.of(b, values);
        Optional<Expr> weight = sampleWeight.map(w -> v.with(w).cast(v.dtype()));
        if (mask.isPresent()) {
            weight = Optional.of(weigh(v.with(mask.get()), v, weight));
        }
        if (weight.isPresent()) {
            Aligned both = Aligned.of(v, weight.get());
            return reduce(both.x().times(both.y()), Optional.of(both.y()));
        }
        return reduce(v, Optional.empty());
    }

    /** A mask as a weight: where values are counted, so that the mean is over those that count. */
    private Expr weigh(Expr mask, Expr values, Optional<Expr> weight) {
        Expr m = mask.cast(values.dtype());
        if (counts()) {
            m = m.times(m.count(values.dtype()).overNoNan(m.sum()));
        }
        if (weight.isEmpty()) {
            return m;
        }
        Aligned both = Aligned.of(m, weight.get());
        return both.y().times(both.x());
    }

    private Value reduce(Expr values, Optional<Expr> weight) {
        if (this == NONE || values.rank() == 0 || values.shape().equals(Shape.of(0))) {
            return values.v();
        }
        if (this == SUM) {
            return values.sum().v();
        }
        Expr divisor = this == MEAN_WITH_SAMPLE_WEIGHT && weight.isPresent()
                ? weight.get().sum()
                : values.count(values.dtype());
        return values.sum().overNoNan(divisor).v();
    }
}
