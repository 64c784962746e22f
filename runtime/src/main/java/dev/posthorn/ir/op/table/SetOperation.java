package dev.posthorn.ir.op.table;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Copy;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sets along the last axis of two sparse tensors: {@code indices[n×r], x[n], shape[r], indices[m×r], y[m], shape[r] →
 * indices[k×r], z[k], shape[r]}; the elements of each set ascend.
 *
 * <p>(C1) equal first dimensions. Source: TF SparseToSparseSetOperation.
 */
public record SetOperation(Fn fn) implements Op.Primitive {
    /** What is made of two sets. */
    public enum Fn {
        A_MINUS_B,
        B_MINUS_A,
        INTERSECTION,
        UNION
    }

    @Override
    public List<TensorType> infer(Operands in) {
        DType dtype = in.count(6).dtype(1);
        int rank = in.shape(0).rank() == 2 ? in.shape(0).dim(1) : Shape.UNKNOWN;
        if (dtype != in.dtype(4) || dtype != DType.STRING && !dtype.isInteger()) {
            throw new ShapeException("expected sets of one type, integers or strings, but was " + in.types());
        }
        return List.of(
                TensorType.of(DType.INT64, Shape.UNKNOWN, rank),
                TensorType.of(dtype, Shape.UNKNOWN),
                TensorType.of(DType.INT64, rank));
    }

    private static final Comparator<Tensor> ORDER = (a, b) -> a.dtype() == DType.STRING
            ? Arrays.compareUnsigned(a.byteStrings()[0], b.byteStrings()[0])
            : Long.compare(a.getLong(0), b.getLong(0));

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        long[] shape = in.get(2).longs().clone();
        int rank = shape.length;
        if (rank < 2 || !Arrays.equals(shape, 0, rank - 1, in.get(5).longs(), 0, rank - 1)) { // (C1)
            throw new ShapeException("expected sets in equal dimensions but was " + in.get(2) + " and " + in.get(5));
        }
        SortedMap<long[], TreeSet<Tensor>> a = sets(in.get(0), in.get(1), rank);
        SortedMap<long[], TreeSet<Tensor>> b = sets(in.get(3), in.get(4), rank);
        TreeMap<long[], TreeSet<Tensor>> all = new TreeMap<>(Arrays::compare);
        a.forEach((k, v) -> all.put(k, new TreeSet<>(ORDER)));
        b.forEach((k, v) -> all.put(k, new TreeSet<>(ORDER)));
        all.forEach((k, v) ->
                v.addAll(made(a.getOrDefault(k, new TreeSet<>(ORDER)), b.getOrDefault(k, new TreeSet<>(ORDER)))));
        List<long[]> indices = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        shape[rank - 1] = 0;
        all.forEach((k, v) -> {
            long i = 0;
            for (Tensor t : v) {
                long[] place = Arrays.copyOf(k, rank);
                place[rank - 1] = i++;
                indices.add(place);
                values.add(t);
            }
            shape[rank - 1] = Math.max(shape[rank - 1], i);
        });
        Tensor y = Tensor.zeros(TensorType.of(in.get(1).dtype(), values.size()));
        for (int i = 0; i < values.size(); i++) {
            Copy.element(values.get(i), 0, y, i);
        }
        long[] places = indices.stream().flatMapToLong(Arrays::stream).toArray();
        return List.of(Tensor.of(Shape.of(indices.size(), rank), places), y, Tensor.of(Shape.of(rank), shape));
    }

    private TreeSet<Tensor> made(TreeSet<Tensor> a, TreeSet<Tensor> b) {
        TreeSet<Tensor> y = new TreeSet<>(ORDER);
        y.addAll(fn == Fn.B_MINUS_A ? b : a);
        switch (fn) {
            case A_MINUS_B -> b.forEach(y::remove);
            case B_MINUS_A -> a.forEach(y::remove);
            case INTERSECTION -> y.retainAll(b);
            default -> y.addAll(b);
        }
        return y;
    }

    private static SortedMap<long[], TreeSet<Tensor>> sets(Tensor indices, Tensor values, int rank) {
        SortedMap<long[], TreeSet<Tensor>> all = new TreeMap<>(Arrays::compare);
        for (int i = 0; i < values.size(); i++) {
            long[] group = Arrays.copyOfRange(indices.longs(), i * rank, (i + 1) * rank - 1);
            Tensor one = Tensor.zeros(TensorType.of(values.dtype()));
            Copy.element(values, i, one, 0);
            all.computeIfAbsent(group, k -> new TreeSet<>(ORDER)).add(one);
        }
        return all;
    }
}
