package dev.posthorn.train.regularizer;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every regularizer. */
public final class Regularizers {
    /** Source: keras/src/regularizers. */
    public static final Family<Regularizer> ALL = new Family<>(
            "regularizer",
            "keras.regularizers",
            Regularizer::codec,
            List.of(L1.CODEC, L1L2.CODEC, L2.CODEC, OrthogonalRegularizer.CODEC));

    private Regularizers() {}
}
