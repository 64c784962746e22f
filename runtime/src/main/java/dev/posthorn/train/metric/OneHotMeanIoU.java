package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import java.util.stream.IntStream;

/**
 * The mean of {@code tp / (tp + fp + fn)} of all classes, where t is one-hot. Source: keras/src/metrics/iou_metrics.py.
 */
public record OneHotMeanIoU(MetricOptions options, int numClasses, Integer ignoreClass, boolean sparsePred, int axis)
        implements OverUnion {
    public static final Codec<OneHotMeanIoU> CODEC = Codec.of(
            "OneHotMeanIoU",
            f -> new OneHotMeanIoU(
                    f.group(MetricOptions.of("one_hot_mean_io_u", DType.INT64), OneHotMeanIoU::options),
                    f.of("num_classes", FieldType.INT, OneHotMeanIoU::numClasses),
                    f.of("ignore_class", FieldType.INT.orNull(), OneHotMeanIoU::ignoreClass),
                    f.of("sparse_y_pred", FieldType.BOOL, OneHotMeanIoU::sparsePred, false),
                    f.of("axis", FieldType.INT, OneHotMeanIoU::axis, -1)));

    @Override
    public Codec<OneHotMeanIoU> codec() {
        return CODEC;
    }

    @Override
    public Intersection intersection() {
        return new Intersection(
                options.dtype(),
                numClasses,
                IntStream.range(0, numClasses).boxed().toList(),
                ignoreClass,
                false,
                sparsePred,
                axis);
    }
}
