package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Normal, of variance {@code 2 / (in + out)}. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record GlorotNormal(Long seed, Fans fans) implements Initializer {
    public static final Codec<GlorotNormal> CODEC = Codec.of("GlorotNormal", f -> {
        Draws.ownDType(f);
        return new GlorotNormal(f.of("seed", Draws.SEED, GlorotNormal::seed), f.group(Fans.KEYS, GlorotNormal::fans));
    });

    @Override
    public Codec<GlorotNormal> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return new VarianceScaling(
                        1, VarianceScaling.Mode.FAN_AVG, VarianceScaling.Distribution.TRUNCATED_NORMAL, seed, fans)
                .call(type, otherwise);
    }
}
