package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Uniform, of variance {@code 2 / (in + out)}. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record GlorotUniform(Long seed, Fans fans) implements Initializer {
    public static final Codec<GlorotUniform> CODEC = Codec.of("GlorotUniform", f -> {
        Draws.ownDType(f);
        return new GlorotUniform(
                f.of("seed", Draws.SEED, GlorotUniform::seed), f.group(Fans.KEYS, GlorotUniform::fans));
    });

    @Override
    public Codec<GlorotUniform> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return new VarianceScaling(1, VarianceScaling.Mode.FAN_AVG, VarianceScaling.Distribution.UNIFORM, seed, fans)
                .call(type, otherwise);
    }
}
