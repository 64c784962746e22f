package dev.posthorn.train.regularizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** A penalty that a tensor adds to the loss. A record of its configuration. */
public interface Regularizer {
    Codec<? extends Regularizer> codec();

    /** The penalty, a scalar of the dtype of {@code x}. */
    Value call(Builder b, Value x);
}
