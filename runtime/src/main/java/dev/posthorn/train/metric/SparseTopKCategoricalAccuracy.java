package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import java.util.Optional;

/** How often y[t] is among the k largest along the last axis; or t among the first k of y, which are classes in order then. Source: keras/src/metrics/accuracy_metrics.py. */
public record SparseTopKCategoricalAccuracy(MetricOptions options, int k, boolean fromSortedIds) implements MeanOf {
    public static final Codec<SparseTopKCategoricalAccuracy> CODEC = Codec.of(
            "SparseTopKCategoricalAccuracy",
            f -> new SparseTopKCategoricalAccuracy(
                    f.group(
                            MetricOptions.of("sparse_top_k_categorical_accuracy"),
                            SparseTopKCategoricalAccuracy::options),
                    f.of("k", FieldType.INT, SparseTopKCategoricalAccuracy::k, 5),
                    f.old("from_sorted_ids", FieldType.BOOL, SparseTopKCategoricalAccuracy::fromSortedIds, false)));

    public SparseTopKCategoricalAccuracy() {
        this(new MetricOptions("sparse_top_k_categorical_accuracy"), 5, false);
    }

    @Override
    public Codec<SparseTopKCategoricalAccuracy> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    @Override
    public Value values(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        return Ranking.byNumber(y.with(yTrue), y, this::matches)
                .cast(DType.FLOAT32)
                .v();
    }

    private Expr matches(Expr t, Expr y) {
        if (!fromSortedIds) {
            return Ranking.amongLargest(t.cast(DType.INT32), y, k);
        }
        Expr first = y.with(y.b().slice(y.v(), -1, 0, k));
        return t.cast(y.dtype()).expandDims(-1).equalTo(first).reduce(Reduce.Fn.ANY, false, -1);
    }
}
