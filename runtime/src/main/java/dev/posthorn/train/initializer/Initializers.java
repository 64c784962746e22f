package dev.posthorn.train.initializer;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every initializer. */
public final class Initializers {
    /** Source: keras/src/initializers. */
    public static final Family<Initializer> ALL =
            new Family<>("initializer", "keras.initializers", Initializer::codec, List.of(Zeros.CODEC));

    private Initializers() {}
}
