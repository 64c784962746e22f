package dev.posthorn.train.loss;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every loss. */
public final class Losses {
    /** Source: keras/src/losses. */
    public static final Family<Loss> ALL = new Family<>(
            "loss",
            "keras.losses",
            Loss::codec,
            List.of(
                    BinaryCrossentropy.CODEC,
                    BinaryFocalCrossentropy.CODEC,
                    CTC.CODEC,
                    CategoricalCrossentropy.CODEC,
                    CategoricalFocalCrossentropy.CODEC,
                    CategoricalGeneralizedCrossEntropy.CODEC,
                    CategoricalHinge.CODEC,
                    Circle.CODEC,
                    CosineSimilarity.CODEC,
                    Dice.CODEC,
                    Hinge.CODEC,
                    Huber.CODEC,
                    KLDivergence.CODEC,
                    LogCosh.CODEC,
                    LossFunctionWrapper.CODEC,
                    MeanAbsoluteError.CODEC,
                    MeanAbsolutePercentageError.CODEC,
                    MeanSquaredError.CODEC,
                    MeanSquaredLogarithmicError.CODEC,
                    Poisson.CODEC,
                    SparseCategoricalCrossentropy.CODEC,
                    SquaredHinge.CODEC,
                    Tversky.CODEC));

    private Losses() {}
}
