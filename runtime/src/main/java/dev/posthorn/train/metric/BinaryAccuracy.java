package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.Aligned;
import java.util.Optional;

/** How often {@code (y > threshold) = t}. Source: keras/src/metrics/accuracy_metrics.py. */
public record BinaryAccuracy(MetricOptions options, double threshold) implements MeanOf {
    public static final Codec<BinaryAccuracy> CODEC = Codec.of(
            "BinaryAccuracy",
            f -> new BinaryAccuracy(
                    f.group(MetricOptions.of("binary_accuracy"), BinaryAccuracy::options),
                    f.of("threshold", FieldType.FLOAT, BinaryAccuracy::threshold, 0.5)));

    public BinaryAccuracy() {
        this(new MetricOptions("binary_accuracy"), 0.5);
    }

    @Override
    public Codec<BinaryAccuracy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.of(Expr.of(b, yTrue), Expr.of(b, yPred));
        Expr t = both.x();
        Expr y = both.y();
        Expr positive = y.greaterThan(y.number(threshold)).cast(t.dtype());
        return t.equalTo(positive).cast(DType.FLOAT32).v();
    }
}
