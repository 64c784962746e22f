package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values of whole axes: sums, extremes, places, order. */
final class Reductions {
    static final List<TfOp> ALL = List.of(
            one("Sum", s -> reduce(s, Reduce.Fn.SUM)),
            one("Mean", s -> reduce(s, Reduce.Fn.MEAN)),
            one("Max", s -> reduce(s, Reduce.Fn.MAX)),
            one("Min", s -> reduce(s, Reduce.Fn.MIN)),
            one("Prod", s -> reduce(s, Reduce.Fn.PROD)),
            one("Any", s -> reduce(s, Reduce.Fn.ANY)),
            one("All", s -> reduce(s, Reduce.Fn.ALL)),
            one(
                    "EuclideanNorm",
                    s -> s.b().unary(Unary.Fn.SQRT, reduce(s, Reduce.Fn.SUM, s.b().unary(Unary.Fn.SQUARE, s.in(0))))),
            one(
                    "L2Loss",
                    s -> s.b().binary(
                                    Binary.Fn.MUL,
                                    s.b().reduce(
                                                    Reduce.Fn.SUM,
                                                    s.b().unary(Unary.Fn.SQUARE, s.in(0)),
                                                    false,
                                                    all(s.in(0))),
                                    0.5)),
            one("ArgMax", s -> place(s, true)),
            one("ArgMin", s -> place(s, false)),
            one(
                    "Cumsum",
                    s -> s.b().add(
                                    new CumSum(
                                            s.axis(1, s.in(0)),
                                            s.attributes().bool("exclusive", false),
                                            s.attributes().bool("reverse", false)),
                                    s.in(0))),
            many("TopKV2", s -> top(s, s.frame().dims(s.b().reshape(s.in(1), 1)).get(0))),
            many("TopK", s -> top(s, Dim.of(s.attributes().integer("k")))));

    private Reductions() {}

    private static Value reduce(Site s, Reduce.Fn fn) {
        return reduce(s, fn, s.in(0));
    }

    private static Value reduce(Site s, Reduce.Fn fn, Value x) {
        boolean keep = s.attributes().bool("keep_dims", false);
        int[] axes = s.ints(1);
        int[] distinct =
                Arrays.stream(axes).map(a -> x.shape().axis(a)).distinct().toArray();
        if (fn == Reduce.Fn.MEAN && x.dtype().isInteger()) {
            DType wide = x.dtype().kind() == DType.Kind.SIGNED ? DType.INT64 : DType.UINT64;
            Value sum = s.b().reduce(Reduce.Fn.SUM, s.b().cast(x, wide), keep, distinct);
            Dim[] counted =
                    Arrays.stream(distinct).mapToObj(i -> s.b().dim(x, i)).toArray(Dim[]::new);
            Value n = Extents.scalar(s.b(), Extents.product(s.b(), counted));
            Value count = s.b().cast(s.b().binary(Binary.Fn.MAX, n, 1), wide);
            return s.b().cast(s.b().over(sum, count), x.dtype());
        }
        return s.b().reduce(fn, x, keep, distinct);
    }

    static int[] all(Value x) {
        int[] axes = new int[x.shape().rank()];
        Arrays.setAll(axes, i -> i);
        return axes;
    }

    private static Value place(Site s, boolean largest) {
        int axis = s.axis(1, s.in(0));
        Value at = s.b().add(new ArgReduce(largest, axis, s.attributes().type("output_type", DType.INT64)), s.in(0));
        return at;
    }

    /** The k largest of the last axis and their places, equal ones in their order. */
    private static List<Value> top(Site s, Dim k) {
        Value x = s.in(0);
        int last = x.shape().rank() - 1;
        Value places =
                s.b().broadcastTo(s.b().add(new Iota(DType.INT32), Shapes.value(s, s.b().dim(x, last))), s.b().dims(x));
        List<Value> sorted = s.b().addAll(new Sort(last, true), List.of(x, places));
        List<Value> all = new ArrayList<>();
        for (Value v : sorted) {
            all.add(
                    k.isKnown()
                            ? s.b().slice(v, last, 0, k.known())
                            : s.b().gather(v, s.b().add(new Iota(DType.INT32), k.value()), last));
        }
        DType index = s.attributes().type("index_type", DType.INT32);
        return List.of(all.get(0), Elementwise.cast(s.b(), all.get(1), index));
    }
}
