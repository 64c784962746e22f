package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Normal, of variance {@code 2 / in}. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record HeNormal(Long seed, Fans fans) implements Initializer {
    public static final Codec<HeNormal> CODEC = Codec.of("HeNormal", f -> {
        Draws.ownDType(f);
        return new HeNormal(f.of("seed", Draws.SEED, HeNormal::seed), f.group(Fans.KEYS, HeNormal::fans));
    });

    @Override
    public Codec<HeNormal> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return new VarianceScaling(
                        2, VarianceScaling.Mode.FAN_IN, VarianceScaling.Distribution.TRUNCATED_NORMAL, seed, fans)
                .call(type, otherwise);
    }
}
