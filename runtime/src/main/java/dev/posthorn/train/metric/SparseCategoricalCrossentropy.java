package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.LossOptions;
import java.util.Optional;

/** The mean of the loss of that name. (C1) axis the last. Source: keras/src/metrics/probabilistic_metrics.py. */
public record SparseCategoricalCrossentropy(MetricOptions options, boolean fromLogits, Integer ignoreClass, int axis)
        implements MeanOf {
    public static final Codec<SparseCategoricalCrossentropy> CODEC = Codec.of(
            "SparseCategoricalCrossentropy",
            f -> new SparseCategoricalCrossentropy(
                    f.group(
                            MetricOptions.of("sparse_categorical_crossentropy"),
                            SparseCategoricalCrossentropy::options),
                    f.of("from_logits", FieldType.BOOL, SparseCategoricalCrossentropy::fromLogits, false),
                    f.of("ignore_class", FieldType.INT.orNull(), SparseCategoricalCrossentropy::ignoreClass, null),
                    f.of("axis", FieldType.INT, SparseCategoricalCrossentropy::axis, -1)));

    public SparseCategoricalCrossentropy() {
        this(new MetricOptions("sparse_categorical_crossentropy"), false, null, -1);
    }

    @Override
    public Codec<SparseCategoricalCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(true);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        return loss().call(b, yTrue, yPred);
    }

    @Override
    public Optional<Value> valuesMask(Builder b, Value yTrue, Value yPred) {
        return loss().mask(b, yTrue, yPred);
    }

    private dev.posthorn.train.loss.SparseCategoricalCrossentropy loss() {
        return new dev.posthorn.train.loss.SparseCategoricalCrossentropy(
                new LossOptions(options.name()), fromLogits, ignoreClass);
    }
}
