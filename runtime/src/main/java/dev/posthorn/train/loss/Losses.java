package dev.posthorn.train.loss;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every loss. */
public final class Losses {
    /** Source: keras/src/losses. */
    public static final Family<Loss> ALL =
            new Family<>("loss", "keras.losses", Loss::codec, List.of(MeanSquaredError.CODEC));

    private Losses() {}
}
