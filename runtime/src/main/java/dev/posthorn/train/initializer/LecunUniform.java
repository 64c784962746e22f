package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Uniform, of variance {@code 1 / in}. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record LecunUniform(Long seed, Fans fans) implements Initializer {
    public static final Codec<LecunUniform> CODEC = Codec.of("LecunUniform", f -> {
        Draws.ownDType(f);
        return new LecunUniform(f.of("seed", Draws.SEED, LecunUniform::seed), f.group(Fans.KEYS, LecunUniform::fans));
    });

    @Override
    public Codec<LecunUniform> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return new VarianceScaling(1, VarianceScaling.Mode.FAN_IN, VarianceScaling.Distribution.UNIFORM, seed, fans)
                .call(type, otherwise);
    }
}
