package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Uniform, of variance {@code 2 / in}. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record HeUniform(Long seed, Fans fans) implements Initializer {
    public static final Codec<HeUniform> CODEC = Codec.of("HeUniform", f -> {
        Draws.ownDType(f);
        return new HeUniform(f.of("seed", Draws.SEED, HeUniform::seed), f.group(Fans.KEYS, HeUniform::fans));
    });

    @Override
    public Codec<HeUniform> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return new VarianceScaling(2, VarianceScaling.Mode.FAN_IN, VarianceScaling.Distribution.UNIFORM, seed, fans)
                .call(type, otherwise);
    }
}
