package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * The mean of {@code tp / (tp + fp + fn)} of two classes, 1 where {@code y ≥ threshold}. (C1) 0, 1 or both. Source: keras/src/metrics/iou_metrics.py.
 */
public record BinaryIoU(MetricOptions options, List<Integer> targetClassIds, double threshold) implements Metric {
    public static final Codec<BinaryIoU> CODEC = Codec.of(
            "BinaryIoU",
            f -> new BinaryIoU(
                    f.group(MetricOptions.of("binary_io_u", DType.INT64), BinaryIoU::options),
                    f.of("target_class_ids", FieldType.listOf(FieldType.INT), BinaryIoU::targetClassIds, List.of(0, 1)),
                    f.of("threshold", FieldType.FLOAT, BinaryIoU::threshold, 0.5)));

    public BinaryIoU {
        targetClassIds = List.copyOf(targetClassIds);
        Intersection.check(2, targetClassIds); // (C1)
    }

    @Override
    public Codec<BinaryIoU> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private Intersection intersection() {
        return new Intersection(options.dtype(), 2, targetClassIds, null, true, true, -1);
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
        Expr scores = Expr.of(b, b.cast(yPred, DType.FLOAT32));
        Value positive =
                scores.atLeast(scores.number(threshold)).cast(options.dtype()).v();
        return intersection().update(b, state, yTrue, positive, sampleWeight);
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        return intersection().result(b, state);
    }
}
