package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * The mean of {@code tp / (tp + fp + fn)} of some classes. (C1) these are classes. Source: keras/src/metrics/iou_metrics.py.
 */
public record IoU(
        MetricOptions options,
        int numClasses,
        List<Integer> targetClassIds,
        Integer ignoreClass,
        boolean sparseTrue,
        boolean sparsePred,
        int axis)
        implements Metric {
    public static final Codec<IoU> CODEC = Codec.of(
            "IoU",
            f -> new IoU(
                    f.group(MetricOptions.of("io_u", DType.INT64), IoU::options),
                    f.of("num_classes", FieldType.INT, IoU::numClasses),
                    f.of("target_class_ids", FieldType.listOf(FieldType.INT), IoU::targetClassIds),
                    f.of("ignore_class", FieldType.INT.orNull(), IoU::ignoreClass),
                    f.of("sparse_y_true", FieldType.BOOL, IoU::sparseTrue, true),
                    f.of("sparse_y_pred", FieldType.BOOL, IoU::sparsePred, true),
                    f.of("axis", FieldType.INT, IoU::axis, -1)));

    public IoU {
        targetClassIds = List.copyOf(targetClassIds);
        Intersection.check(numClasses, targetClassIds); // (C1)
    }

    @Override
    public Codec<IoU> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private Intersection intersection() {
        return new Intersection(options.dtype(), numClasses, targetClassIds, ignoreClass, sparseTrue, sparsePred, axis);
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
