package dev.posthorn.train.metric;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every metric. */
public final class Metrics {
    /** Source: keras/src/metrics. */
    public static final Family<Metric> ALL = new Family<>(
            "metric",
            "keras.metrics",
            Metric::codec,
            List.of(
                    AUC.CODEC,
                    Accuracy.CODEC,
                    BinaryAccuracy.CODEC,
                    BinaryCrossentropy.CODEC,
                    BinaryIoU.CODEC,
                    CategoricalAccuracy.CODEC,
                    CategoricalCrossentropy.CODEC,
                    CategoricalHinge.CODEC,
                    ConcordanceCorrelation.CODEC,
                    CosineSimilarity.CODEC,
                    F1Score.CODEC,
                    FBetaScore.CODEC,
                    FalseNegatives.CODEC,
                    FalsePositives.CODEC,
                    Hinge.CODEC,
                    IoU.CODEC,
                    KLDivergence.CODEC,
                    LogCoshError.CODEC,
                    Mean.CODEC,
                    MeanAbsoluteError.CODEC,
                    MeanAbsolutePercentageError.CODEC,
                    MeanIoU.CODEC,
                    MeanMetricWrapper.CODEC,
                    MeanSquaredError.CODEC,
                    MeanSquaredLogarithmicError.CODEC,
                    OneHotIoU.CODEC,
                    OneHotMeanIoU.CODEC,
                    PearsonCorrelation.CODEC,
                    Poisson.CODEC,
                    Precision.CODEC,
                    PrecisionAtRecall.CODEC,
                    R2Score.CODEC,
                    Recall.CODEC,
                    RecallAtPrecision.CODEC,
                    RootMeanSquaredError.CODEC,
                    SensitivityAtSpecificity.CODEC,
                    SparseCategoricalAccuracy.CODEC,
                    SparseCategoricalCrossentropy.CODEC,
                    SparseTopKCategoricalAccuracy.CODEC,
                    SpecificityAtSensitivity.CODEC,
                    SquaredHinge.CODEC,
                    Sum.CODEC,
                    TopKCategoricalAccuracy.CODEC,
                    TrueNegatives.CODEC,
                    TruePositives.CODEC));

    private Metrics() {}
}
