package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import java.util.List;

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
        implements OverUnion {
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
    public Intersection intersection() {
        return new Intersection(options.dtype(), numClasses, targetClassIds, ignoreClass, sparseTrue, sparsePred, axis);
    }
}
