package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Family;
import dev.posthorn.codec.FieldType;
import java.util.List;

/** Every optimizer. */
public final class Optimizers {
    /** Source: keras/src/optimizers. */
    public static final Family<Optimizer> ALL = new Family<>(
            "optimizer",
            "keras.optimizers",
            Optimizer::codec,
            List.of(
                    Adadelta.CODEC,
                    Adafactor.CODEC,
                    Adagrad.CODEC,
                    Adam.CODEC,
                    AdamW.CODEC,
                    Adamax.CODEC,
                    Ftrl.CODEC,
                    Lamb.CODEC,
                    Lion.CODEC,
                    LossScaleOptimizer.CODEC,
                    MultiOptimizer.CODEC,
                    Muon.CODEC,
                    Nadam.CODEC,
                    RMSprop.CODEC,
                    SGD.CODEC,
                    ScheduleFreeAdamW.CODEC));

    /** An optimizer in the configuration of another one. */
    static final FieldType<Optimizer> TYPE =
            new FieldType<>("an optimizer", (o, c) -> ALL.read(o, c), (o, c) -> ALL.write(o, c), false);

    private Optimizers() {}
}
