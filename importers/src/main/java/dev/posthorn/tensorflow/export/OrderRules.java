package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.DynamicSlice;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Unique;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Counting, sorting, searching, and parts that are found when the graph runs. */
final class OrderRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(BinCount.class, OrderRules::count),
            Rule.of(Sort.class, OrderRules::sort),
            Rule.one(SearchSorted.class, OrderRules::search),
            Rule.of(Unique.class, OrderRules::unique),
            Rule.one(
                    NonZero.class,
                    (op, n, in, w) ->
                            w.add("Where", "index", in, Attrs.of(n.input(0).dtype()))),
            Rule.one(DynamicSlice.class, OrderRules::slice));

    private OrderRules() {}

    static String shapeOf(String x, DType t, FunctionWriter w) {
        return w.add("Shape", "output", List.of(x), Attrs.of(t).type("out_type", DType.INT32));
    }

    static String reshape(String x, DType t, String shape, FunctionWriter w) {
        return w.add("Reshape", "output", List.of(x, shape), Attrs.of(t).type("Tshape", DType.INT32));
    }

    /** Rows by number. */
    static String gather(String x, DType t, String places, DType index, FunctionWriter w) {
        Attrs a = Attrs.of().type("Tparams", t).type("Tindices", index).type("Taxis", DType.INT32);
        return w.add("GatherV2", "output", List.of(x, places, w.scalar(0)), a);
    }

    static String transpose(String x, DType t, int[] perm, FunctionWriter w) {
        return w.add("Transpose", "y", List.of(x, w.ints(perm)), Attrs.of(t).type("Tperm", DType.INT32));
    }

    /** An element of a vector of int32, as a scalar. */
    static String element(String vector, int i, FunctionWriter w) {
        Attrs a = Attrs.of(DType.INT32).type("Index", DType.INT32).integer("shrink_axis_mask", 1);
        return w.add("StridedSlice", "output", List.of(vector, w.ints(i), w.ints(i + 1), w.ints(1)), a);
    }

    /** Rows are counted as a matrix. */
    private static String count(BinCount op, Node n, List<String> in, FunctionWriter w) {
        TensorType x = n.input(0).type();
        DType counted = x.dtype() == DType.INT32 || x.dtype() == DType.INT64 ? x.dtype() : DType.INT64;
        boolean held =
                List.of(DType.INT32, DType.INT64, DType.FLOAT32, DType.FLOAT64).contains(op.to());
        DType sum = held ? op.to() : DType.FLOAT32;
        String whole = w.cast(in.get(0), x.dtype(), counted);
        boolean flat = x.shape().rank() <= 2;
        String shape = flat ? "" : shapeOf(whole, counted, w);
        String rows = flat
                ? whole
                : reshape(whole, counted, rows(element(shape, x.shape().rank() - 1, w), w), w);
        String weights = in.size() < 2
                ? w.constant(Tensor.zeros(TensorType.of(sum, 0)))
                : w.cast(flat ? in.get(1) : reshape(in.get(1), op.to(), shapeOf(rows, counted, w), w), op.to(), sum);
        String size = w.constant(Tensor.scalar(counted, op.size()));
        Attrs a = Attrs.of(sum).type("Tidx", counted).bool("binary_output", op.binary());
        String y = w.add("DenseBincount", "output", List.of(rows, size, weights), a);
        String counts = w.cast(y, sum, op.to());
        return flat
                ? counts
                : reshape(counts, op.to(), replaced(shape, x.shape().rank() - 1, op.size(), w), w);
    }

    /** {@code [-1, last]}. */
    private static String rows(String last, FunctionWriter w) {
        return w.add(
                "Pack",
                "output",
                List.of(w.scalar(-1), last),
                Attrs.of(DType.INT32).integer("N", 2).integer("axis", 0));
    }

    /** A shape whose last dimension is another. */
    private static String replaced(String shape, int axis, int dim, FunctionWriter w) {
        String front = w.add(
                "Slice",
                "output",
                List.of(shape, w.ints(0), w.ints(axis)),
                Attrs.of(DType.INT32).type("Index", DType.INT32));
        return w.add(
                "ConcatV2",
                "output",
                List.of(front, w.ints(dim), w.scalar(0)),
                Attrs.of(DType.INT32).integer("N", 2).type("Tidx", DType.INT32));
    }

    /** TopKV2 along the last axis: the largest first, of equals the first; what goes with them is gathered. */
    private static List<String> sort(Sort op, Node n, List<String> in, FunctionWriter w) {
        int rank = n.input(0).shape().rank();
        int axis = n.input(0).shape().axis(op.axis());
        int[] perm = IntStream.range(0, rank)
                .map(a -> a == axis ? rank - 1 : a == rank - 1 ? axis : a)
                .toArray();
        DType t = n.input(0).dtype();
        String keys = axis == rank - 1 ? in.get(0) : transpose(in.get(0), t, perm, w);
        String ordered = op.descending() ? keys : turned(keys, t, w);
        String k = element(shapeOf(keys, t, w), rank - 1, w);
        Attrs a = Attrs.of(t).bool("sorted", true);
        String places = Rules.outputs(w.add("TopKV2", "values", List.of(ordered, k), a), "indices")
                .get(1);
        List<String> out = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            DType own = n.input(i).dtype();
            String x = axis == rank - 1 ? in.get(i) : transpose(in.get(i), own, perm, w);
            Attrs g = Attrs.of()
                    .type("Tparams", own)
                    .type("Tindices", DType.INT32)
                    .type("Taxis", DType.INT32)
                    .integer("batch_dims", rank - 1L);
            String y = w.add("GatherV2", "output", List.of(x, places, w.scalar(rank - 1)), g);
            out.add(axis == rank - 1 ? y : transpose(y, own, perm, w));
        }
        return out;
    }

    /** In the opposite order: integers by their complement, which has no overflow. */
    private static String turned(String x, DType t, FunctionWriter w) {
        return t.isFloating()
                ? w.add("Neg", "y", List.of(x), Attrs.of(t))
                : w.add("Invert", "y", List.of(x), Attrs.of(t));
    }

    /** The bounds are rows of one. */
    private static String search(SearchSorted op, Node n, List<String> in, FunctionWriter w) {
        DType t = n.input(0).dtype();
        boolean direct = op.to() == DType.INT32 || op.to() == DType.INT64;
        DType found = direct ? op.to() : DType.INT64;
        String row = reshape(in.get(0), t, w.ints(1, -1), w);
        String values = reshape(in.get(1), t, w.ints(1, -1), w);
        Attrs a = Attrs.of(t).type("out_type", found);
        String y = w.add(op.right() ? "UpperBound" : "LowerBound", "output", List.of(row, values), a);
        return w.cast(reshape(y, found, shapeOf(in.get(1), t, w), w), found, op.to());
    }

    private static List<String> unique(Unique op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of(n.input(0).dtype()).type("Taxis", DType.INT32).type("out_idx", op.index());
        String axis = w.ints(op.axis());
        return Rules.outputs(w.add("UniqueWithCountsV2", "y", List.of(in.get(0), axis), a), "idx", "count");
    }

    private static String slice(DynamicSlice op, Node n, List<String> in, FunctionWriter w) {
        DType t = n.input(0).dtype();
        String start = w.cast(in.get(1), n.input(1).dtype(), DType.INT32);
        String size = w.cast(in.get(2), n.input(2).dtype(), DType.INT32);
        Attrs a = Attrs.of(t).type("Index", DType.INT32);
        if (op.strides().stream().allMatch(s -> s == 1)) {
            return w.add("Slice", "output", List.of(in.get(0), start, size), a);
        }
        String strides = w.ints(op.strides());
        String length = w.add("Mul", "z", List.of(size, strides), Attrs.of(DType.INT32));
        String end = w.add("AddV2", "z", List.of(start, length), Attrs.of(DType.INT32));
        return w.add("StridedSlice", "output", List.of(in.get(0), start, end, strides), a);
    }
}
