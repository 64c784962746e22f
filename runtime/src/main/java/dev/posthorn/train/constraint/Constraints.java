package dev.posthorn.train.constraint;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every constraint. */
public final class Constraints {
    /** Source: keras/src/constraints. */
    public static final Family<Constraint> ALL = new Family<>(
            "constraint",
            "keras.constraints",
            Constraint::codec,
            List.of(MaxNorm.CODEC, MinMaxNorm.CODEC, NonNeg.CODEC, UnitNorm.CODEC));

    private Constraints() {}
}
