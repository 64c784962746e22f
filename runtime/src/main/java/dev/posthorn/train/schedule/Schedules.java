package dev.posthorn.train.schedule;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every schedule. */
public final class Schedules {
    /** Source: keras/src/optimizers/schedules. */
    public static final Family<Schedule> ALL = new Family<>(
            "schedule",
            "keras.optimizers.schedules",
            Schedule::codec,
            List.of(
                    CosineDecay.CODEC,
                    CosineDecayRestarts.CODEC,
                    ExponentialDecay.CODEC,
                    InverseTimeDecay.CODEC,
                    PiecewiseConstantDecay.CODEC,
                    PolynomialDecay.CODEC));

    private Schedules() {}
}
