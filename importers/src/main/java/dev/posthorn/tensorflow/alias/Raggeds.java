package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.sparse.RaggedIndices;
import dev.posthorn.ir.op.sparse.RaggedPlaces;
import dev.posthorn.ir.op.sparse.RaggedRange;
import dev.posthorn.ir.op.sparse.RaggedRows;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ragged tensors, several values each: the splits of every level, and the values. */
final class Raggeds {
    static final List<TfOp> ALL = List.of(
            many(
                    "RaggedRange",
                    s -> s.b().addAll(new RaggedRange(s.attributes().type("Tsplits", DType.INT64)), s.all())),
            many("RaggedGather", Raggeds::gather),
            many("RaggedTensorToSparse", Raggeds::toSparse),
            one("RaggedTensorToTensor", Raggeds::toTensor),
            general("RaggedTensorToVariant", Raggeds::toVariant),
            many("RaggedTensorFromVariant", Raggeds::fromVariant));

    private Raggeds() {}

    private static List<Value> gather(Site s) {
        Builder b = s.b();
        int depth = s.attributes().integer("PARAMS_RAGGED_RANK");
        Value rows = b.cast(s.in(depth + 1), DType.INT64);
        DType splits = s.dtype(0);
        List<Value> in = new ArrayList<>(List.of(b.reshape(rows, -1)));
        s.in(0, depth).forEach(v -> in.add(b.cast(v, DType.INT64)));
        List<Value> out = b.addAll(new RaggedRows(), in);
        List<Value> all = new ArrayList<>();
        Dim[] d = b.dims(rows);
        for (int a = 0; a < d.length - 1; a++) { // the axes of the indices but the last are levels of their own
            all.add(b.cast(even(b, Arrays.copyOf(d, a + 1), d[a + 1]), splits));
        }
        out.subList(0, depth).forEach(v -> all.add(b.cast(v, splits)));
        all.add(b.gather(s.in(depth), out.get(depth), 0));
        return all;
    }

    /** The splits of rows of one length, as many as the dimensions say. */
    private static Value even(Builder b, Dim[] rows, Dim length) {
        Value n = b.constant(DType.INT32, 1);
        for (Dim d : rows) {
            n = b.times(n, value(b, d));
        }
        Value places = b.add(new Iota(DType.INT32), b.plus(n, b.constant(DType.INT32, 1)));
        return b.times(places, value(b, length));
    }

    private static Value value(Builder b, Dim d) {
        return d.isKnown() ? b.constant(DType.INT32, d.known()) : d.value();
    }

    private static List<Value> toSparse(Site s) {
        Builder b = s.b();
        int depth = s.count() - 1;
        Value values = s.in(depth);
        Dim[] d = b.dims(values);
        List<Value> in = new ArrayList<>();
        s.in(0, depth).forEach(v -> in.add(b.cast(v, DType.INT64)));
        for (int a = 1; a < d.length; a++) {
            in.add(b.cast(even(b, Arrays.copyOf(d, a), d[a]), DType.INT64));
        }
        Value flat = b.reshape(values, -1);
        in.add(b.cast(value(b, b.dim(flat, 0)), DType.INT64));
        List<Value> out = b.addAll(new RaggedIndices(), in);
        return List.of(out.get(0), flat, out.get(1));
    }

    private static Value toTensor(Site s) {
        Builder b = s.b();
        List<RaggedPlaces.Kind> kinds = s.attributes().strings("row_partition_types").stream()
                .map(RaggedPlaces.Kind::valueOf)
                .toList();
        int rank = kinds.size() + (kinds.get(0) == RaggedPlaces.Kind.FIRST_DIM_SIZE ? 0 : 1);
        long[] limits = new long[rank];
        Arrays.fill(limits, -1);
        Tensor shape = s.constant(0);
        for (int a = 0; a < rank && shape.shape().rank() > 0; a++) {
            limits[a] = shape.getLong(a);
        }
        List<Value> in = new ArrayList<>(List.of(b.constant(Tensor.of(Shape.of(rank), limits))));
        s.in(3, s.count()).forEach(v -> in.add(b.cast(v, DType.INT64)));
        List<Value> out = b.addAll(new RaggedPlaces(kinds), in);
        List<Dim> dims = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            int n = s.shape(3).rank() == 1 && a == 0 ? s.shape(3).dim(0) - 1 : -1;
            dims.add(limits[a] >= 0 ? Dim.of((int) limits[a]) : n >= 0 ? Dim.of(n) : element(b, out.get(2), a));
        }
        Value values = b.gather(s.in(1), out.get(0), 0);
        dims.addAll(List.of(b.dims(values)).subList(1, values.shape().rank()));
        Dim[] all = dims.toArray(Dim[]::new);
        List<Dim> flat = new ArrayList<>(List.of(Dim.of(-1)));
        flat.addAll(dims.subList(rank, all.length));
        Value first = b.reshape(b.broadcastTo(s.in(2), all), flat.toArray(Dim[]::new));
        return b.reshape(b.add(new Scatter(Scatter.Fn.SET), first, out.get(1), values), all);
    }

    private static Dim element(Builder b, Value vector, int i) {
        Value one = b.add(new Reshape(), b.slice(vector, 0, i, i + 1), b.ints());
        return one.node().op() instanceof dev.posthorn.ir.op.Constant c
                ? Dim.of(Math.toIntExact(c.value().getLong(0)))
                : new Dim(Shape.UNKNOWN, b.cast(one, DType.INT32));
    }

    private static List<TfValue> toVariant(Site s) {
        int depth = s.count() - 1;
        return List.of(new TfValue.Ragged(s.in(0, depth), s.in(depth)));
    }

    /** The number of rows. */
    static Value count(Site s, TfValue.Ragged r) {
        Builder b = s.b();
        return b.minus(value(b, b.dim(r.splits().get(0), 0)), b.constant(DType.INT32, 1));
    }

    /** A row of a ragged tensor: one of a level less. */
    static TfValue.Ragged row(Builder b, TfValue.Ragged r, Value index) {
        Value places = b.plus(index, b.ints(0, 1));
        List<Value> splits = new ArrayList<>();
        for (int level = 0; ; level++) {
            Value ends = b.gather(b.cast(r.splits().get(level), DType.INT32), places, 0);
            Value from = b.squeeze(b.slice(ends, 0, 0, 1), 0);
            Value n = b.minus(b.squeeze(b.slice(ends, 0, -1, dev.posthorn.ir.op.Slice.END), 0), from);
            if (level > 0) {
                splits.add(b.minus(ends, from));
            }
            boolean last = level == r.splits().size() - 1;
            Value inside = b.add(new Iota(DType.INT32), last ? n : b.binary(Binary.Fn.ADD, n, 1));
            places = b.plus(from, inside);
            if (last) {
                return new TfValue.Ragged(splits, b.gather(r.values(), places, 0));
            }
        }
    }

    /** What was made of a whole ragged tensor, or of one of its rows, as its parts. */
    private static List<Value> fromVariant(Site s) {
        int depth = s.attributes().integer("output_ragged_rank");
        if (!(s.raw(0) instanceof TfValue.Ragged r) || r.splits().size() != depth) {
            throw s.unsupported("rows that were not made by RaggedTensorToVariant with " + depth + " levels");
        }
        DType type = s.attributes().type("Tsplits", DType.INT64);
        List<Value> all = new ArrayList<>();
        r.splits().forEach(v -> all.add(s.b().cast(v, type)));
        all.add(r.values());
        return all;
    }
}
