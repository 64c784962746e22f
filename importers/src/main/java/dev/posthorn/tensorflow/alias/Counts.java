package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.sparse.CountRows;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** How often numbers are in the rows of dense, sparse and ragged tensors. */
final class Counts {
    static final List<TfOp> ALL = List.of(
            one("RaggedBincount", s -> {
                Value rows = rows(s.b(), s.in(0), s.in(1));
                Dim n = s.b().dim(s.b().slice(s.in(0), 0, 0, -1), 0);
                return Segments.counted(s, s.in(1), rows, n, s.in(2), s.in(3));
            }),
            one("SparseBincount", s -> {
                boolean vector = s.shape(2).dim(0) == 1;
                Value rows = vector ? null : column(s.b(), s.in(0), 0);
                Dim n = vector ? null : s.dims(2).get(0);
                return Segments.counted(s, s.in(1), rows, n, s.in(3), s.in(4));
            }),
            many("DenseCountSparseOutput", s -> {
                boolean vector = s.shape(0).rank() == 1;
                Value x = vector ? s.b().expandDims(s.in(0), 0) : s.in(0);
                Dim rows = s.b().dim(x, 0);
                Value row = s.b().expandDims(s.b().add(new Iota(DType.INT32), Shapes.value(s, rows)), 1);
                Value every = s.b().broadcastTo(row, s.b().dims(x));
                return count(s, every, x, Shapes.value(s, rows), s.in(1), vector);
            }),
            many("SparseCountSparseOutput", s -> {
                boolean vector = s.shape(2).dim(0) == 1;
                Value column = column(s.b(), s.in(0), 0);
                Value zero = s.b().broadcastTo(s.b().constant(DType.INT64, 0), s.b().dims(column));
                Value n = vector
                        ? s.b().constant(DType.INT64, 1)
                        : Shapes.value(s, s.dims(2).get(0));
                return count(s, vector ? zero : column, s.in(1), n, s.in(3), vector);
            }),
            many("RaggedCountSparseOutput", s -> {
                Value rows = rows(s.b(), s.in(0), s.in(1));
                Dim n = s.b().dim(s.b().slice(s.in(0), 0, 0, -1), 0);
                return count(s, rows, s.in(1), Shapes.value(s, n), s.in(2), false);
            }));

    private Counts() {}

    private static Value column(Builder b, Value indices, int i) {
        return b.squeeze(b.slice(indices, 1, i, i + 1), 1);
    }

    /** The row of each value. */
    private static Value rows(Builder b, Value splits, Value values) {
        Value places = b.add(new Iota(DType.INT32), dimension(b, b.dim(values, 0)));
        Value after = b.add(new SearchSorted(true, DType.INT32), b.cast(splits, DType.INT32), places);
        return b.minus(after, b.constant(DType.INT32, 1));
    }

    private static Value dimension(Builder b, Dim d) {
        return d.isKnown() ? b.constant(DType.INT32, d.known()) : d.value();
    }

    /** Sparse counts; those of a vector have one axis only. */
    private static List<Value> count(Site s, Value rows, Value x, Value n, Value weights, boolean vector) {
        Builder b = s.b();
        CountRows op = new CountRows(
                s.attributes().integer("minlength", -1),
                s.attributes().integer("maxlength", -1),
                s.attributes().bool("binary_output", false));
        List<Value> out = b.addAll(
                op,
                List.of(
                        b.cast(b.reshape(rows, -1), DType.INT64),
                        b.cast(b.reshape(x, -1), DType.INT64),
                        b.cast(n, DType.INT64),
                        b.reshape(weights, -1)));
        return vector ? List.of(b.slice(out.get(0), 1, 1, 2), out.get(1), b.slice(out.get(2), 0, 1, 2)) : out;
    }
}
