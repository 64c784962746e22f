package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import java.util.List;

/**
 * The mean of {@code tp / (tp + fp + fn)} of some classes, where t is one-hot. (C1) these are classes. Source: keras/src/metrics/iou_metrics.py.
 */
public record OneHotIoU(
        MetricOptions options,
        int numClasses,
        List<Integer> targetClassIds,
        Integer ignoreClass,
        boolean sparsePred,
        int axis)
        implements OverUnion {
    public static final Codec<OneHotIoU> CODEC = Codec.of(
            "OneHotIoU",
            f -> new OneHotIoU(
                    f.group(MetricOptions.of("one_hot_io_u", DType.INT64), OneHotIoU::options),
                    f.of("num_classes", FieldType.INT, OneHotIoU::numClasses),
                    f.of("target_class_ids", FieldType.listOf(FieldType.INT), OneHotIoU::targetClassIds),
                    f.of("ignore_class", FieldType.INT.orNull(), OneHotIoU::ignoreClass),
                    f.of("sparse_y_pred", FieldType.BOOL, OneHotIoU::sparsePred, false),
                    f.of("axis", FieldType.INT, OneHotIoU::axis, -1)));

    public OneHotIoU {
        targetClassIds = List.copyOf(targetClassIds);
        Intersection.check(numClasses, targetClassIds); // (C1)
    }

    @Override
    public Codec<OneHotIoU> codec() {
        return CODEC;
    }

    @Override
    public Intersection intersection() {
        return new Intersection(options.dtype(), numClasses, targetClassIds, ignoreClass, false, sparsePred, axis);
    }
}
