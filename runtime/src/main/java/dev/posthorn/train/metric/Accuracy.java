package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.Aligned;
import java.util.Optional;

/** How often {@code y = t}. Source: keras/src/metrics/accuracy_metrics.py. */
public record Accuracy(MetricOptions options) implements MeanOf {
    public static final Codec<Accuracy> CODEC =
            Codec.of("Accuracy", f -> new Accuracy(f.group(MetricOptions.of("accuracy"), Accuracy::options)));

    public Accuracy() {
        this(new MetricOptions("accuracy"));
    }

    @Override
    public Codec<Accuracy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return both.x().equalTo(both.y()).cast(DType.FLOAT32).v();
    }
}
