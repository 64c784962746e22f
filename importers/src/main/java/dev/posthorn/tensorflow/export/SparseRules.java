package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.sparse.RaggedIndices;
import dev.posthorn.ir.op.sparse.RaggedPlaces;
import dev.posthorn.ir.op.sparse.RaggedRange;
import dev.posthorn.ir.op.sparse.RaggedRows;
import dev.posthorn.ir.op.sparse.Ravel;
import dev.posthorn.ir.op.sparse.SparseFillRows;
import dev.posthorn.ir.op.sparse.SparseGroups;
import dev.posthorn.ir.op.sparse.SparseOrder;
import dev.posthorn.ir.op.sparse.SparseReshape;
import dev.posthorn.ir.op.sparse.SparseSlice;
import dev.posthorn.ir.op.sparse.SparseUnion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Places in sparse and ragged tensors. Where TensorFlow moves values, their numbers are moved. */
final class SparseRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(Ravel.class, SparseRules::ravel),
            Rule.same(SparseReshape.class, "SparseReshape", "output_indices output_shape", (op, n) -> Attrs.of()),
            Rule.one(SparseOrder.class, (op, n, in, w) -> order(in.get(0), w)),
            Rule.of(SparseGroups.class, SparseRules::groups),
            Rule.of(SparseUnion.class, SparseRules::union),
            Rule.of(SparseSlice.class, (op, n, in, w) -> {
                List<String> all = List.of(in.get(0), numbers(in.get(0), w), in.get(1), in.get(2), in.get(3));
                return Rules.outputs(
                        w.add("SparseSlice", "output_indices", all, Attrs.of(DType.INT64)),
                        "output_values",
                        "output_shape");
            }),
            Rule.of(SparseFillRows.class, (op, n, in, w) -> {
                String count = count(in.get(0), DType.INT64, w);
                List<String> all = List.of(in.get(0), numbers(in.get(0), w), in.get(1), count);
                return Rules.outputs(
                        w.add("SparseFillEmptyRows", "output_indices", all, Attrs.of(DType.INT64)),
                        "output_values",
                        "empty_row_indicator",
                        "reverse_index_map");
            }),
            Rule.of(RaggedPlaces.class, SparseRules::dense),
            Rule.of(RaggedRows.class, SparseRules::rows),
            Rule.same(
                    RaggedRange.class,
                    "RaggedRange",
                    "rt_nested_splits rt_dense_values",
                    (op, n) -> Attrs.of(n.input(0).dtype()).type("Tsplits", op.splits())),
            Rule.of(RaggedIndices.class, SparseRules::sparse));

    private SparseRules() {}

    private static String one(FunctionWriter w, long value) {
        return w.constant(Tensor.of(Shape.SCALAR, new long[] {value}));
    }

    private static String binary(String op, String a, String b, FunctionWriter w) {
        return w.add(op, "z", List.of(a, b), Attrs.of(DType.INT64));
    }

    /** The first dimension of an int64 tensor, as a scalar. */
    private static String count(String x, DType to, FunctionWriter w) {
        Attrs shape = Attrs.of(DType.INT64).type("out_type", to);
        return element(w.add("Shape", "output", List.of(x), shape), to, 0, 1, w);
    }

    /** Element {@code from} of a vector, as a scalar; -1, 0 is the last. */
    private static String element(String vector, DType t, int from, int to, FunctionWriter w) {
        Attrs a = Attrs.of(t)
                .type("Index", DType.INT32)
                .integer("shrink_axis_mask", 1)
                .integer("end_mask", to == 0 ? 1 : 0);
        return w.add("StridedSlice", "output", List.of(vector, w.ints(from), w.ints(to), w.ints(1)), a);
    }

    private static String range(String n, FunctionWriter w) {
        return w.add(
                "Range", "output", List.of(one(w, 0), n, one(w, 1)), Attrs.of().type("Tidx", DType.INT64));
    }

    /** The numbers of the rows. */
    private static String numbers(String rows, FunctionWriter w) {
        return range(count(rows, DType.INT64, w), w);
    }

    private static String gather(String x, String places, FunctionWriter w) {
        return OrderRules.gather(x, DType.INT64, places, DType.INT64, w);
    }

    private static String reduced(String op, String x, int axis, DType t, FunctionWriter w) {
        Attrs a = Attrs.of().type("Tidx", DType.INT32).bool("keep_dims", false);
        return w.add(op, "output", List.of(x, w.ints(axis)), t == DType.BOOL ? a : a.type("T", t));
    }

    private static void check(String each, int rank, String what, FunctionWriter w) {
        String flat = rank == 1 ? each : OrderRules.reshape(each, DType.BOOL, w.ints(-1), w);
        MatrixRules.expect(reduced("All", flat, 0, DType.BOOL, w), what, w);
    }

    /** {@code Σ indices · strides}, and the checks. */
    private static String ravel(Ravel op, Node n, List<String> in, FunctionWriter w) {
        DType t = DType.INT64;
        String inside = w.add("Less", "z", List.of(in.get(0), in.get(1)), Attrs.of(t));
        String above = w.add("GreaterEqual", "z", List.of(in.get(0), one(w, 0)), Attrs.of(t));
        check(w.add("LogicalAnd", "z", List.of(inside, above), Attrs.of()), 2, "places inside of the shape", w);
        Attrs back =
                Attrs.of(t).type("Tidx", DType.INT32).bool("exclusive", true).bool("reverse", true);
        String strides = w.add("Cumprod", "out", List.of(in.get(1), w.scalar(0)), back);
        String y = reduced("Sum", binary("Mul", in.get(0), strides, w), 1, t, w);
        if (op.ascending()) {
            String next = part(y, 1, 0, w);
            String before = part(y, 0, -1, w);
            check(w.add("Greater", "z", List.of(next, before), Attrs.of(t)), 1, "places in order, each once", w);
        }
        return y;
    }

    private static String part(String y, int from, int to, FunctionWriter w) {
        Attrs a = Attrs.of(DType.INT64).type("Index", DType.INT32).integer("end_mask", to == 0 ? 1 : 0);
        return w.add("StridedSlice", "output", List.of(y, w.ints(from), w.ints(to), w.ints(1)), a);
    }

    /** SparseReorder of the rows' numbers, in a shape that holds all places: its places in order, and whose they are. */
    private static List<String> reordered(String indices, FunctionWriter w) {
        String most = binary("AddV2", reduced("Max", indices, 0, DType.INT64, w), one(w, 1), w);
        String shape = binary("Maximum", most, one(w, 1), w);
        List<String> all = List.of(indices, numbers(indices, w), shape);
        return Rules.outputs(w.add("SparseReorder", "output_indices", all, Attrs.of(DType.INT64)), "output_values");
    }

    private static String order(String indices, FunctionWriter w) {
        return reordered(indices, w).get(1);
    }

    /** The different rows in order, and which of them each row is. */
    private static List<String> distinct(String rows, FunctionWriter w) {
        Attrs a = Attrs.of(DType.INT64).type("Taxis", DType.INT32).type("out_idx", DType.INT64);
        List<String> unique = Rules.outputs(w.add("UniqueV2", "y", List.of(rows, w.ints(0)), a), "idx");
        List<String> ordered = reordered(unique.get(0), w);
        String place = w.add("InvertPermutation", "y", List.of(ordered.get(1)), Attrs.of(DType.INT64));
        return List.of(ordered.get(0), gather(place, unique.get(1), w));
    }

    private static List<String> groups(SparseGroups op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of()
                .type("Tparams", DType.INT64)
                .type("Tindices", DType.INT32)
                .type("Taxis", DType.INT32);
        if (op.axes().isEmpty()) {
            throw Rules.unsupported("one group of all elements of a sparse tensor");
        }
        return distinct(w.add("GatherV2", "output", List.of(in.get(0), w.ints(op.axes()), w.scalar(1)), a), w);
    }

    private static List<String> union(SparseUnion op, Node n, List<String> in, FunctionWriter w) {
        String all = w.add(
                "ConcatV2",
                "output",
                List.of(in.get(0), in.get(1), w.scalar(0)),
                Attrs.of(DType.INT64).integer("N", 2).type("Tidx", DType.INT32));
        List<String> distinct = distinct(all, w);
        String k = count(distinct.get(0), DType.INT32, w);
        String first = count(in.get(0), DType.INT32, w);
        List<String> out = new ArrayList<>(List.of(distinct.get(0)));
        for (int i = 0; i < 2; i++) {
            Attrs vector = Attrs.of(DType.INT32).integer("N", 1).integer("axis", 0);
            String begin = i == 0 ? w.ints(0) : w.add("Pack", "output", List.of(first), vector);
            String size = i == 1 ? w.ints(-1) : w.add("Pack", "output", List.of(first), vector);
            String own = w.add(
                    "Slice",
                    "output",
                    List.of(distinct.get(1), begin, size),
                    Attrs.of(DType.INT64).type("Index", DType.INT32));
            String none = w.add(
                    "Fill",
                    "output",
                    List.of(w.add("Pack", "output", List.of(k), vector), count(in.get(i), DType.INT64, w)),
                    Attrs.of(DType.INT64).type("index_type", DType.INT32));
            String places = w.add(
                    "ExpandDims",
                    "output",
                    List.of(own, w.scalar(1)),
                    Attrs.of(DType.INT64).type("Tdim", DType.INT32));
            out.add(w.add(
                    "TensorScatterUpdate",
                    "output",
                    List.of(none, places, numbers(in.get(i), w)),
                    Attrs.of(DType.INT64).type("Tindices", DType.INT64)));
        }
        return out;
    }

    /** The values' numbers as a dense tensor, -1 where there is none. */
    private static List<String> dense(RaggedPlaces op, Node n, List<String> in, FunctionWriter w) {
        String last = in.get(in.size() - 1);
        boolean splits = op.kinds().get(op.kinds().size() - 1) == RaggedPlaces.Kind.ROW_SPLITS;
        String count = splits ? element(last, DType.INT64, -1, 0, w) : count(last, DType.INT64, w);
        List<String> all = new ArrayList<>(List.of(in.get(0), range(count, w), one(w, -1)));
        all.addAll(in.subList(1, in.size()));
        Attrs a = Attrs.of(DType.INT64)
                .type("Tindex", DType.INT64)
                .type("Tshape", DType.INT64)
                .integer("num_row_partition_tensors", op.kinds().size())
                .texts(
                        "row_partition_types",
                        op.kinds().stream().map(Enum::name).toList());
        String dense = w.add("RaggedTensorToTensor", "result", all, a);
        String flat = OrderRules.reshape(dense, DType.INT64, w.ints(-1), w);
        String there = w.add("GreaterEqual", "z", List.of(flat, one(w, 0)), Attrs.of(DType.INT64));
        String where = w.add("Where", "index", List.of(there), Attrs.of(DType.BOOL));
        String to = OrderRules.reshape(where, DType.INT64, w.ints(-1), w);
        String shape =
                w.add("Shape", "output", List.of(dense), Attrs.of(DType.INT64).type("out_type", DType.INT64));
        return List.of(gather(flat, to, w), to, shape);
    }

    private static List<String> rows(RaggedRows op, Node n, List<String> in, FunctionWriter w) {
        int levels = in.size() - 1;
        List<String> all = new ArrayList<>(in.subList(1, in.size()));
        all.add(range(element(in.get(levels), DType.INT64, -1, 0, w), w));
        all.add(in.get(0));
        Attrs a = Attrs.of()
                .type("Tvalues", DType.INT64)
                .type("Tindices", DType.INT64)
                .type("Tsplits", DType.INT64)
                .integer("PARAMS_RAGGED_RANK", levels)
                .integer("OUTPUT_RAGGED_RANK", levels);
        String first = w.add("RaggedGather", "output_nested_splits", all, a);
        List<String> out = new ArrayList<>();
        for (int i = 0; i < levels; i++) {
            out.add(FunctionWriter.output(first, i));
        }
        out.add(Rules.outputs(first, "output_dense_values").get(1));
        return out;
    }

    private static List<String> sparse(RaggedIndices op, Node n, List<String> in, FunctionWriter w) {
        int levels = in.size() - 1;
        List<String> all = Stream.concat(in.subList(0, levels).stream(), Stream.of(range(in.get(levels), w)))
                .toList();
        Attrs a = Attrs.of(DType.INT64).type("Tsplits", DType.INT64).integer("RAGGED_RANK", levels);
        List<String> out = Rules.outputs(
                w.add("RaggedTensorToSparse", "sparse_indices", all, a), "sparse_values", "sparse_dense_shape");
        return List.of(out.get(0), out.get(2));
    }
}
