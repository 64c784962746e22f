package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.LossOptions;
import java.util.Optional;

/** The mean of the loss of that name. Source: keras/src/metrics/probabilistic_metrics.py. */
public record CategoricalCrossentropy(MetricOptions options, boolean fromLogits, double labelSmoothing, int axis)
        implements MeanOf {
    public static final Codec<CategoricalCrossentropy> CODEC = Codec.of(
            "CategoricalCrossentropy",
            f -> new CategoricalCrossentropy(
                    f.group(MetricOptions.of("categorical_crossentropy"), CategoricalCrossentropy::options),
                    f.of("from_logits", FieldType.BOOL, CategoricalCrossentropy::fromLogits, false),
                    f.of("label_smoothing", FieldType.FLOAT, CategoricalCrossentropy::labelSmoothing, 0.0),
                    f.of("axis", FieldType.INT, CategoricalCrossentropy::axis, -1)));

    public CategoricalCrossentropy() {
        this(new MetricOptions("categorical_crossentropy"), false, 0.0, -1);
    }

    @Override
    public Codec<CategoricalCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return new dev.posthorn.train.loss.CategoricalCrossentropy(
                        new LossOptions(options.name()), fromLogits, labelSmoothing, axis)
                .call(b, yTrue, yPred);
    }
}
