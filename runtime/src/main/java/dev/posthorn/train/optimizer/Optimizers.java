package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every optimizer. */
public final class Optimizers {
    /** Source: keras/src/optimizers. */
    public static final Family<Optimizer> ALL =
            new Family<>("optimizer", "keras.optimizers", Optimizer::codec, List.of(Adam.CODEC, SGD.CODEC));

    private Optimizers() {}
}
