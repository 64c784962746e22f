package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Unique;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Values in order, values found and values counted. */
final class Sorting {
    static final List<TfOp> ALL = List.of(
            many("Unique", s -> unique(s, 0).subList(0, 2)),
            many("UniqueV2", s -> unique(s, axis(s)).subList(0, 2)),
            many("UniqueWithCounts", s -> unique(s, 0)),
            many("UniqueWithCountsV2", s -> unique(s, axis(s))),
            many("ListDiff", Sorting::difference),
            one("HistogramFixedWidth", Sorting::histogram));

    private Sorting() {}

    private static int axis(Site s) {
        int[] axis = s.ints(1);
        return axis.length == 0 ? 0 : s.in(0).shape().axis(axis[0]);
    }

    private static List<Value> unique(Site s, int axis) {
        DType index = s.attributes().type("out_idx", DType.INT32);
        return s.b().addAll(new Unique(axis, index), List.of(s.in(0)));
    }

    /** What of x is not in y, and where it stood. */
    private static List<Value> difference(Site s) {
        Builder b = s.b();
        Value same = b.compare(Compare.Fn.EQ, b.expandDims(s.in(0), 1), b.expandDims(s.in(1), 0));
        Value found = b.reduce(Reduce.Fn.ANY, same, false, 1);
        Value left = b.compare(Compare.Fn.EQ, found, b.constant(DType.BOOL, 0));
        Value at = b.reshape(b.add(new NonZero(), left), -1);
        DType index = s.attributes().type("out_idx", DType.INT32);
        return List.of(b.gather(s.in(0), at, 0), Elementwise.cast(b, at, index));
    }

    private static Value histogram(Site s) {
        Builder b = s.b();
        int bins = s.integer(2);
        Value x = b.reshape(s.in(0), -1);
        Value low = b.squeeze(b.slice(s.in(1), 0, 0, 1), 0);
        Value high = b.squeeze(b.slice(s.in(1), 0, 1, 2), 0);
        Value step = b.binary(Binary.Fn.DIV, b.cast(b.minus(high, low), DType.FLOAT64), bins);
        Value at = b.unary(Unary.Fn.FLOOR, b.over(b.cast(b.minus(x, low), DType.FLOAT64), step));
        Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, at, 0), bins - 1);
        DType to = s.attributes().type("dtype", DType.INT32);
        return b.add(new BinCount(bins, false, to), b.cast(inside, DType.INT32));
    }
}
