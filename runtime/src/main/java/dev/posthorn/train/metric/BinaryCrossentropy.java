package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.LossOptions;
import java.util.List;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/probabilistic_metrics.py. */
public record BinaryCrossentropy(MetricOptions options, boolean fromLogits, double labelSmoothing) implements MeanOf {
    public static final Codec<BinaryCrossentropy> CODEC = Codec.of(
            "BinaryCrossentropy",
            List.of("bce"),
            f -> new BinaryCrossentropy(
                    f.group(MetricOptions.of("binary_crossentropy"), BinaryCrossentropy::options),
                    f.of("from_logits", FieldType.BOOL, BinaryCrossentropy::fromLogits, false),
                    f.of("label_smoothing", FieldType.FLOAT, BinaryCrossentropy::labelSmoothing, 0.0)));

    public BinaryCrossentropy() {
        this(new MetricOptions("binary_crossentropy"), false, 0.0);
    }

    @Override
    public Codec<BinaryCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.BinaryCrossentropy(
                        new LossOptions(options.name()), fromLogits, labelSmoothing, -1)
                .call(b, yTrue, yPred);
    }
}
