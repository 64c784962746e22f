package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/**
 * Uniformly distributed over [low, high). Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record RandomUniform(double low, double high, Long seed) implements Initializer {
    public static final Codec<RandomUniform> CODEC = Codec.of("RandomUniform", List.of("uniform"), f -> {
        Draws.ownDType(f);
        return new RandomUniform(
                f.of("minval", FieldType.FLOAT, RandomUniform::low, -0.05),
                f.of("maxval", FieldType.FLOAT, RandomUniform::high, 0.05),
                f.of("seed", Draws.SEED, RandomUniform::seed));
    });

    @Override
    public Codec<RandomUniform> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return Draws.uniform(type, low, high, seed == null ? otherwise : seed);
    }
}
