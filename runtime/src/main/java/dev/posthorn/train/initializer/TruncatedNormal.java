package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Normally distributed, no more than two deviations from the mean. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record TruncatedNormal(double mean, double deviation, Long seed) implements Initializer {
    public static final Codec<TruncatedNormal> CODEC = Codec.of("TruncatedNormal", f -> {
        Draws.ownDType(f);
        return new TruncatedNormal(
                f.of("mean", FieldType.FLOAT, TruncatedNormal::mean, 0.0),
                f.of("stddev", FieldType.FLOAT, TruncatedNormal::deviation, 0.05),
                f.of("seed", Draws.SEED, TruncatedNormal::seed));
    });

    @Override
    public Codec<TruncatedNormal> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return Draws.truncated(type, mean, deviation, seed == null ? otherwise : seed);
    }
}
