package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;

/** How a weight starts. A record of its configuration. */
public interface Initializer {
    Codec<? extends Initializer> codec();

    /**
     * A first value; the same one for the same seed.
     *
     * @param type a known type
     * @param seed the seed to draw with where the configuration gives none
     */
    Tensor call(TensorType type, long seed);
}
