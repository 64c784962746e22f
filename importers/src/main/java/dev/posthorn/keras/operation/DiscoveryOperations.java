package dev.posthorn.keras.operation;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Unique;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operations whose results are as large as what they find. Source: keras/src/backend/tensorflow/numpy.py. */
final class DiscoveryOperations {
    static final Map<String, Operation> ALL =
            Map.of("Nonzero", DiscoveryOperations::nonzero, "Unique", DiscoveryOperations::unique);

    private DiscoveryOperations() {}

    private static List<Value> nonzero(Arguments a) {
        Builder b = a.b();
        Value places = b.cast(b.add(new NonZero(), a.x()), DType.INT32);
        int[] ones = IntStream.range(0, a.x().shape().rank()).map(i -> 1).toArray();
        return b.split(places, 1, ones).stream().map(v -> b.squeeze(v, 1)).toList();
    }

    /** The elements or slices that differ; then, where wanted, where each was first, which of them each is, how many. */
    private static List<Value> unique(Arguments a) {
        Builder b = a.b();
        boolean flat = a.option("axis") == null;
        Value x = flat ? b.reshape(a.x(), -1) : a.x();
        int axis = flat ? 0 : Math.floorMod(a.integer("axis", 0), x.shape().rank());
        List<Value> found = b.addAll(new Unique(axis, DType.INT32), List.of(x));
        Value y = found.get(0);
        Value inverse = found.get(1);
        Value counts = found.get(2);
        Value last = b.broadcastTo(b.constant(DType.INT32, Integer.MAX_VALUE), b.dim(y, axis));
        Value first = b.add(new Scatter(Scatter.Fn.MIN), last, inverse, places(b, b.dim(x, axis)));
        if (a.option("sorted") == null || a.flag("sorted")) {
            Value order = order(b, y, axis);
            Value back = b.addAll(new Sort(0, false), List.of(order, places(b, b.dim(y, axis))))
                    .get(1);
            y = b.gather(y, order, axis);
            inverse = b.gather(back, inverse, 0);
            counts = b.gather(counts, order, 0);
            first = b.gather(first, order, 0);
        }
        List<Value> results = new ArrayList<>(List.of(sized(a, y, axis, a.number("fill_value", 0))));
        if (a.flag("return_index")) {
            results.add(sized(a, first, 0, 1));
        }
        if (a.flag("return_inverse")) {
            results.add(flat ? b.reshape(inverse, b.dims(a.x())) : inverse);
        }
        if (a.flag("return_counts")) {
            results.add(sized(a, counts, 0, 0));
        }
        return results;
    }

    /** 0, 1, …, n−1. */
    private static Value places(Builder b, Dim n) {
        return b.add(new Iota(DType.INT32), Extents.scalar(b, n));
    }

    /** The places of the slices, the least first: by their first element, where this is equal by the second, and so on. */
    private static Value order(Builder b, Value y, int axis) {
        Value keys = y.dtype() == DType.BOOL ? b.cast(y, DType.INT32) : y;
        Value places = places(b, b.dim(y, axis));
        Sort sort = new Sort(0, false);
        if (keys.shape().rank() == 1) {
            return b.addAll(sort, List.of(keys, places)).get(1);
        }
        int[] front = IntStream.range(0, keys.shape().rank()).toArray();
        front[0] = axis;
        front[axis] = 0;
        Value rows = b.reshape(b.transpose(keys, front), b.dim(y, axis), Dim.of(-1));
        Value columns = b.transpose(rows, 1, 0);
        Builder body = new Builder(); // sorts by the last column first, for equal ones keep their order
        Value at = body.input("order", places.type());
        Value column =
                body.input("column", columns.type().withShape(columns.shape().remove(0)));
        Value next = body.addAll(sort, List.of(body.gather(column, at, 0), at)).get(1);
        Scan scan = new Scan(body.graph(List.of(at, column), Map.of("order", next), Map.of()), 1, 1, true);
        return b.addAll(scan, List.of(places, columns)).get(0);
    }

    /** The first {@code size} along the axis, and {@code fill} where there are fewer. */
    private static Value sized(Arguments a, Value x, int axis, double fill) {
        if (a.option("size") == null) {
            return x;
        }
        Builder b = a.b();
        int size = a.integer("size", 0);
        Dim[] d = b.dims(x);
        d[axis] = Dim.of(size);
        Value more = b.broadcastTo(b.constant(x.dtype(), fill), d);
        return b.slice(b.concat(axis, List.of(x, more)), axis, 0, size);
    }
}
