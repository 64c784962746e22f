package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/**
 * Normally distributed. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record RandomNormal(double mean, double deviation, Long seed) implements Initializer {
    public static final Codec<RandomNormal> CODEC = Codec.of("RandomNormal", List.of("normal"), f -> {
        Draws.ownDType(f);
        return new RandomNormal(
                f.of("mean", FieldType.FLOAT, RandomNormal::mean, 0.0),
                f.of("stddev", FieldType.FLOAT, RandomNormal::deviation, 0.05),
                f.of("seed", Draws.SEED, RandomNormal::seed));
    });

    @Override
    public Codec<RandomNormal> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return Draws.normal(type, mean, deviation, seed == null ? otherwise : seed);
    }
}
