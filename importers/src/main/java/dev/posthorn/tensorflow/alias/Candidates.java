package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.SampleCandidates;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;

/** Random classes that a loss compares with the true ones. */
final class Candidates {
    /** Draws of four numbers that TensorFlow sets aside for each class. */
    private static final int RESERVED = 512;

    static final List<TfOp> ALL = List.of(
            many("AllCandidateSampler", s -> sampled(s, SampleCandidates.Kind.ALL)),
            many("UniformCandidateSampler", s -> sampled(s, SampleCandidates.Kind.UNIFORM)),
            many("LogUniformCandidateSampler", s -> sampled(s, SampleCandidates.Kind.LOG_UNIFORM)),
            many("ComputeAccidentalHits", Candidates::hits));

    private Candidates() {}

    private static List<Value> sampled(Site s, SampleCandidates.Kind kind) {
        int n = s.attributes().integer("num_sampled");
        int range = kind == SampleCandidates.Kind.ALL ? n : s.attributes().integer("range_max");
        SampleCandidates op =
                new SampleCandidates(kind, n, range, s.attributes().bool("unique", false));
        List<Value> out = new ArrayList<>();
        StatefulRandoms.counted(s, s.b().constant(DType.INT64, n), RESERVED, (key, counter) -> {
            out.addAll(s.b().addAll(op, List.of(s.in(0), key, counter)));
            return out.get(0);
        });
        return out;
    }

    /**
     * Of each true class {@code [b×n]} that was sampled its row, the last place of it among the samples, and −∞,
     * nearly.
     */
    private static List<Value> hits(Site s) {
        Builder b = s.b();
        Value same = b.compare(Compare.Fn.EQ, b.expandDims(s.in(0), 2), s.in(1));
        Value places = b.add(new Iota(DType.INT64), Extents.scalar(b, b.dim(s.in(1), 0)));
        Value none = b.broadcastTo(b.constant(DType.INT64, -1), b.dims(same));
        Value last = b.reduce(Reduce.Fn.MAX, b.select(same, places, none), false, 2);
        Value at = b.add(new NonZero(), b.compare(Compare.Fn.GE, last, b.constant(DType.INT64, 0)));
        Value rows = b.cast(b.squeeze(b.slice(at, 1, 0, 1), 1), DType.INT32);
        Value weights = b.binary(Binary.Fn.MUL, b.cast(rows, DType.FLOAT32), 0);
        return List.of(rows, Indexing.gatherNd(s, last, at), b.binary(Binary.Fn.SUB, weights, Float.MAX_VALUE));
    }
}
