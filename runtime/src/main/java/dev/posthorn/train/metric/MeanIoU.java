package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import java.util.stream.IntStream;

/**
 * The mean of {@code tp / (tp + fp + fn)} of all classes. Source: keras/src/metrics/iou_metrics.py.
 */
public record MeanIoU(
        MetricOptions options, int numClasses, Integer ignoreClass, boolean sparseTrue, boolean sparsePred, int axis)
        implements OverUnion {
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
    public Intersection intersection() {
        return new Intersection(
                options.dtype(),
                numClasses,
                IntStream.range(0, numClasses).boxed().toList(),
                ignoreClass,
                sparseTrue,
                sparsePred,
                axis);
    }
}
