package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.op.table.FindRows;
import dev.posthorn.ir.op.table.PutRows;
import dev.posthorn.ir.op.table.TakeRows;
import java.util.List;

/**
 * Tables that are values. TensorFlow's own tables are resources, so rows are numbered instead: equal keys have one number, by
 * which key came first (UniqueV2).
 */
final class TableRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(FindRows.class, TableRules::find),
            Rule.of(PutRows.class, TableRules::put),
            Rule.of(TakeRows.class, TableRules::take));

    private TableRules() {}

    /** What was found lies after the table's values where it is a default. */
    private static String find(FindRows op, Node n, List<String> in, FunctionWriter w) {
        DType key = n.input(0).dtype();
        DType value = n.input(1).dtype();
        String x = rows(in.get(2), in.get(0), key, w);
        List<String> unique = unique(concat(in.get(0), x, key, w), key, w);
        String size = count(in.get(0), key, w);
        String last = last(range(size, w), part(unique.get(1), w.ints(0), vector(size, w), w), unique.get(0), key, w);
        String asked = part(unique.get(1), vector(size, w), w.ints(-1), w);
        String place = OrderRules.gather(last, DType.INT32, asked, DType.INT32, w);
        String found = w.add("GreaterEqual", "z", List.of(place, w.scalar(0)), Attrs.of(DType.INT32));
        boolean one = n.input(3).shape().rank() < n.input(1).shape().rank();
        String otherwise =
                one ? size : w.add("AddV2", "z", List.of(size, range(count(x, key, w), w)), Attrs.of(DType.INT32));
        String from = w.add("SelectV2", "output", List.of(found, place, otherwise), Attrs.of(DType.INT32));
        String all = concat(in.get(1), rows(in.get(3), in.get(1), value, w), value, w);
        int outer = n.input(2).shape().rank() - n.input(0).shape().rank() + 1;
        String shape = concat(
                part(OrderRules.shapeOf(in.get(2), key, w), w.ints(0), w.ints(outer), w),
                inner(in.get(1), value, w),
                DType.INT32,
                w);
        return OrderRules.reshape(OrderRules.gather(all, value, from, DType.INT32, w), value, shape, w);
    }

    /** The last value of each key is kept. */
    private static List<String> put(PutRows op, Node n, List<String> in, FunctionWriter w) {
        DType key = n.input(0).dtype();
        DType value = n.input(1).dtype();
        String keys = concat(in.get(0), rows(in.get(2), in.get(0), key, w), key, w);
        String values = concat(in.get(1), rows(in.get(3), in.get(1), value, w), value, w);
        List<String> unique = unique(keys, key, w);
        String last = last(range(count(keys, key, w), w), unique.get(1), unique.get(0), key, w);
        return List.of(unique.get(0), OrderRules.gather(values, value, last, DType.INT32, w));
    }

    /** What goes is numbered first, so what stays has higher numbers. */
    private static List<String> take(TakeRows op, Node n, List<String> in, FunctionWriter w) {
        DType key = n.input(0).dtype();
        String gone = rows(in.get(2), in.get(0), key, w);
        String numbers = unique(concat(gone, in.get(0), key, w), key, w).get(1);
        String count = vector(count(gone, key, w), w);
        String first = concat(w.ints(-1), part(numbers, w.ints(0), count, w), DType.INT32, w);
        String highest = w.add(
                "Max",
                "output",
                List.of(first, w.ints(0)),
                Attrs.of(DType.INT32).type("Tidx", DType.INT32));
        String own = part(numbers, count, w.ints(-1), w);
        String stays = w.add("Greater", "z", List.of(own, highest), Attrs.of(DType.INT32));
        String places = w.add("Where", "index", List.of(stays), Attrs.of(DType.BOOL));
        String left = OrderRules.reshape(places, DType.INT64, w.ints(-1), w);
        return List.of(
                OrderRules.gather(in.get(0), key, left, DType.INT64, w),
                OrderRules.gather(in.get(1), n.input(1).dtype(), left, DType.INT64, w));
    }

    /** As rows of a table. */
    private static String rows(String x, String table, DType t, FunctionWriter w) {
        return OrderRules.reshape(x, t, concat(w.ints(-1), inner(table, t, w), DType.INT32, w), w);
    }

    /** The shape of a row. */
    private static String inner(String table, DType t, FunctionWriter w) {
        return part(OrderRules.shapeOf(table, t, w), w.ints(1), w.ints(-1), w);
    }

    private static String count(String table, DType t, FunctionWriter w) {
        return OrderRules.element(OrderRules.shapeOf(table, t, w), 0, w);
    }

    /** The different keys, and the number of each. */
    private static List<String> unique(String keys, DType t, FunctionWriter w) {
        Attrs a = Attrs.of(t).type("Taxis", DType.INT32).type("out_idx", DType.INT32);
        return Rules.outputs(w.add("UniqueV2", "y", List.of(keys, w.ints(0)), a), "idx");
    }

    /** The last place of each number; less than 0 where it has none. */
    private static String last(String places, String numbers, String unique, DType t, FunctionWriter w) {
        Attrs a = Attrs.of(DType.INT32).type("Tindices", DType.INT32).type("Tnumsegments", DType.INT32);
        return w.add("UnsortedSegmentMax", "output", List.of(places, numbers, count(unique, t, w)), a);
    }

    private static String range(String size, FunctionWriter w) {
        return w.add(
                "Range",
                "output",
                List.of(w.scalar(0), size, w.scalar(1)),
                Attrs.of().type("Tidx", DType.INT32));
    }

    private static String vector(String scalar, FunctionWriter w) {
        return OrderRules.reshape(scalar, DType.INT32, w.ints(1), w);
    }

    private static String part(String vector, String from, String size, FunctionWriter w) {
        return w.add(
                "Slice",
                "output",
                List.of(vector, from, size),
                Attrs.of(DType.INT32).type("Index", DType.INT32));
    }

    private static String concat(String a, String b, DType t, FunctionWriter w) {
        return w.add(
                "ConcatV2",
                "output",
                List.of(a, b, w.scalar(0)),
                Attrs.of(t).integer("N", 2).type("Tidx", DType.INT32));
    }
}
