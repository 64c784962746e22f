package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The mean of {@code tp / (tp + fp + fn)} of all classes. Source: keras/src/metrics/iou_metrics.py.
 */
public record MeanIoU(
        MetricOptions options, int numClasses, Integer ignoreClass, boolean sparseTrue, boolean sparsePred, int axis)
        implements Metric {
    public static final Codec<MeanIoU> CODEC = Codec.of(
            "MeanIoU",
            f -> new MeanIoU(
                    f.group(MetricOptions.of("mean_io_u", DType.INT64), MeanIoU::options),
                    f.of("num_classes", FieldType.INT, MeanIoU::numClasses),
                    f.of("ignore_class", FieldType.INT.orNull(), MeanIoU::ignoreClass),
                    f.of("sparse_y_true", FieldType.BOOL, MeanIoU::sparseTrue, true),
                    f.of("sparse_y_pred", FieldType.BOOL, MeanIoU::sparsePred, true),
                    f.of("axis", FieldType.INT, MeanIoU::axis, -1)));

    @Override
    public Codec<MeanIoU> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private Intersection intersection() {
        return new Intersection(
                options.dtype(),
                numClasses,
                IntStream.range(0, numClasses).boxed().toList(),
                ignoreClass,
                sparseTrue,
                sparsePred,
                axis);
    }

    @Override
    public List<State> state(TensorType yPred) {
        return intersection().state();
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        return intersection().update(b, state, yTrue, yPred, sampleWeight);
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        return intersection().result(b, state);
    }
}
