package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.sparse.Cross;
import dev.posthorn.ir.op.sparse.RaggedIndices;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;

/** Features crossed: columns that are sparse, dense or ragged, each as splits and values. */
final class Crosses {
    static final List<TfOp> ALL = List.of(
            many("SparseCrossV2", s -> {
                Cross op = new Cross(Texts.text(s, s.count() - 1), 0, null, List.of());
                return sparse(s, op, columns(s, s.count() - 1));
            }),
            many("SparseCrossHashed", s -> {
                int n = s.count() - 3;
                boolean strong = s.constant(n + 1).getLong(0) != 0;
                List<Long> salt =
                        List.of(s.constant(n + 2).getLong(0), s.constant(n + 2).getLong(1));
                Cross op = new Cross(null, s.constant(n).getLong(0), null, strong ? salt : List.of());
                return sparse(s, op, columns(s, n));
            }),
            many("RaggedCross", Crosses::ragged));

    private Crosses() {}

    /** Splits and values of each column: N sparse ones as indices, values and shapes, then dense ones. */
    private static List<Value> columns(Site s, int count) {
        int n = s.attributes().integer("N");
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all.add(splits(s, s.in(i), s.in(2 * n + i)));
            all.add(s.in(n + i));
        }
        for (int i = 3 * n; i < count; i++) {
            all.addAll(dense(s, s.in(i)));
        }
        return all;
    }

    /** Where the rows of sparse elements in order begin. */
    private static Value splits(Site s, Value indices, Value shape) {
        Builder b = s.b();
        Value rows = b.squeeze(b.slice(indices, 1, 0, 1), 1);
        Value n = b.cast(b.reshape(b.slice(shape, 0, 0, 1), new int[0]), DType.INT32);
        Value numbers = b.cast(b.add(new Iota(DType.INT32), b.plus(n, b.constant(DType.INT32, 1))), DType.INT64);
        return b.add(new SearchSorted(false, DType.INT64), rows, numbers);
    }

    private static List<Value> dense(Site s, Value x) {
        Builder b = s.b();
        Value shape = b.add(new ShapeOf(), x);
        Value n = b.reshape(b.slice(shape, 0, 0, 1), new int[0]);
        Value width = b.reshape(b.slice(shape, 0, 1, 2), new int[0]);
        Value numbers = b.add(new Iota(DType.INT32), b.plus(n, b.constant(DType.INT32, 1)));
        return List.of(b.cast(b.times(numbers, width), DType.INT64), b.reshape(x, -1));
    }

    private static List<Value> sparse(Site s, Cross op, List<Value> columns) {
        Builder b = s.b();
        List<Value> rows = b.addAll(op, columns);
        Dim n = b.dim(rows.get(1), 0);
        Value size = b.cast(Shapes.value(s, n), DType.INT64);
        List<Value> places = b.addAll(new RaggedIndices(), List.of(rows.get(0), size));
        return List.of(places.get(0), rows.get(1), places.get(1));
    }

    /** Columns in the order that letters say: R, S and D. */
    private static List<Value> ragged(Site s) {
        Builder b = s.b();
        String order = s.attributes().string("input_order", "");
        int rags = s.attributes().types("ragged_values_types").size();
        int n = s.attributes().integer("Nsparse");
        int r = 0;
        int sparse = 0;
        int dense = 0;
        List<Value> columns = new ArrayList<>();
        for (char kind : order.toCharArray()) {
            switch (kind) {
                case 'R' -> {
                    columns.add(b.cast(s.in(rags + r), DType.INT64));
                    columns.add(s.in(r++));
                }
                case 'S' -> {
                    int from = 2 * rags;
                    columns.add(splits(s, s.in(from + sparse), s.in(from + 2 * n + sparse)));
                    columns.add(s.in(from + n + sparse++));
                }
                case 'D' -> columns.addAll(dense(s, s.in(2 * rags + 3 * n + dense++)));
                default -> throw s.unsupported("input order " + order);
            }
        }
        boolean hashed = s.attributes().bool("hashed_output", false);
        long key = s.attributes().integer("hash_key", 0);
        Cross op = new Cross(hashed ? null : "_X_", s.attributes().integer("num_buckets", 0), key, List.of());
        List<Value> out = b.addAll(op, columns);
        return List.of(out.get(1), b.cast(out.get(0), s.attributes().type("out_row_splits_type", DType.INT64)));
    }
}
