package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/**
 * Normal, of variance {@code 1 / in}. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record LecunNormal(Long seed, Fans fans) implements Initializer {
    public static final Codec<LecunNormal> CODEC = Codec.of("LecunNormal", f -> {
        Draws.ownDType(f);
        return new LecunNormal(f.of("seed", Draws.SEED, LecunNormal::seed), f.group(Fans.KEYS, LecunNormal::fans));
    });

    @Override
    public Codec<LecunNormal> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        return new VarianceScaling(
                        1, VarianceScaling.Mode.FAN_IN, VarianceScaling.Distribution.TRUNCATED_NORMAL, seed, fans)
                .call(type, otherwise);
    }
}
