package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.BeamSearch;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.CtcLoss;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Sequences read from the probabilities of their steps; and tensors written to in place. */
final class Decoders {
    static final List<TfOp> ALL = List.of(
            many(
                    "CTCLoss",
                    s -> s.b().addAll(
                                    new CtcLoss(
                                            s.attributes().bool("preprocess_collapse_repeated", false),
                                            s.attributes().bool("ctc_merge_repeated", true),
                                            s.attributes().bool("ignore_longer_outputs_than_inputs", false)),
                                    s.in(0, 4))),
            many("CTCGreedyDecoder", Decoders::greedy),
            many(
                    "CTCBeamSearchDecoder",
                    s -> s.b().addAll(
                                    new BeamSearch(
                                            s.attributes().integer("beam_width"),
                                            s.attributes().integer("top_paths"),
                                            s.attributes().bool("merge_repeated", true)),
                                    s.in(0, 2))),
            one("Empty", s -> Indexing.zeros(s, s.in(0), s.attributes().type("dtype"))),
            one("InplaceUpdate", s -> written(s, Scatter.Fn.SET, s.in(2))),
            one("InplaceAdd", s -> written(s, Scatter.Fn.ADD, s.in(2))),
            one("InplaceSub", s -> written(s, Scatter.Fn.ADD, s.b().unary(Unary.Fn.NEG, s.in(2)))));

    private Decoders() {}

    private static Value written(Site s, Scatter.Fn fn, Value v) {
        boolean scalar = s.shape(1).rank() == 0;
        Value rows = scalar ? s.b().expandDims(v, 0) : v;
        return s.b().add(new Scatter(fn), s.in(0), s.b().reshape(s.in(1), -1), rows);
    }

    /** The best class of each step, without blanks and, where they are merged, repetitions: a sparse tensor. */
    private static List<Value> greedy(Site s) {
        Builder b = s.b();
        Value x = s.in(0);
        int blank = (int) s.attributes().integer("blank_index", -1);
        blank = blank < 0 ? x.shape().dim(2) + blank : blank;
        Value best = b.transpose(b.add(new ArgReduce(true, 2, DType.INT64), x), 1, 0);
        Value steps = b.add(new Iota(DType.INT32), Shapes.value(s, b.dim(best, 1)));
        Value counts = b.compare(Compare.Fn.LT, steps, b.expandDims(b.cast(s.in(1), DType.INT32), 1));
        Value given = b.binary(Binary.Fn.AND, counts, b.compare(Compare.Fn.NE, best, b.constant(DType.INT64, blank)));
        if (s.attributes().bool("merge_repeated", false)) {
            Value cut = b.slice(best, 1, 0, -1);
            Value before =
                    b.add(new Pad(Pad.Mode.CONSTANT, List.of(0, 1), List.of(0, 0)), cut, b.constant(DType.INT64, -1));
            given = b.binary(Binary.Fn.AND, given, b.compare(Compare.Fn.NE, best, before));
        }
        Value at = b.add(new NonZero(), given);
        Value ones = b.cast(given, DType.INT64);
        Value rank = b.add(new CumSum(1, true, false), ones);
        Value place = Indexing.gatherNd(s, rank, at);
        Value row = b.cast(b.slice(at, 1, 0, 1), DType.INT64);
        Value indices = b.concat(1, List.of(row, b.expandDims(place, 1)));
        Value longest = b.reduce(Reduce.Fn.MAX, b.reduce(Reduce.Fn.SUM, ones, false, 1), false, 0);
        Value batch = b.cast(Shapes.value(s, b.dim(best, 0)), DType.INT64);
        Value shape = b.concat(0, List.of(b.reshape(batch, Dim.of(1)), b.reshape(longest, Dim.of(1))));
        Value most = b.transpose(b.reduce(Reduce.Fn.MAX, x, false, 2), 1, 0);
        Value sum = b.reduce(Reduce.Fn.SUM, b.select(counts, most, b.constant(x.dtype(), 0)), true, 1);
        return List.of(indices, Indexing.gatherNd(s, best, at), shape, b.unary(Unary.Fn.NEG, sum));
    }
}
