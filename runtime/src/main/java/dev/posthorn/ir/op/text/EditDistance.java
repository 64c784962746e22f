package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * How many elements must be put in, taken out or changed to make one sequence the other: {@code h indices[n×r], h[n], h
 * shape[r], t indices[m×r], t[m], t shape[r] → y[r-1 dims]}, for every sequence along the last axis of two sparse tensors;
 * normalised by the length of t (infinite where only t is empty). Source: TF EditDistance.
 */
public record EditDistance(boolean normalize) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(6).dtype(1) != in.dtype(4) || in.shape(2).rank() != 1) {
            throw new ShapeException("expected two sparse tensors of one type but was " + in.types());
        }
        int rank = in.shape(2).dim(0) == Shape.UNKNOWN
                ? in.shape(5).dim(0)
                : in.shape(2).dim(0);
        if (rank == Shape.UNKNOWN || rank < 1) {
            throw new ShapeException("expected sparse tensors of known rank but was " + in.types());
        }
        int[] dims = new int[rank - 1];
        Arrays.fill(dims, Shape.UNKNOWN);
        return TensorType.of(DType.FLOAT32, dims);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int rank = in.get(2).size();
        int[] dims = new int[rank - 1];
        for (int a = 0; a < dims.length; a++) {
            dims[a] = Math.toIntExact(Math.max(in.get(2).getLong(a), in.get(5).getLong(a)));
        }
        Tensor y = Tensor.zeros(TensorType.of(DType.FLOAT32, dims));
        TreeMap<Integer, List<Object>> made = sequences(in.get(0), in.get(1), y.shape());
        TreeMap<Integer, List<Object>> truth = sequences(in.get(3), in.get(4), y.shape());
        for (int i = 0; i < y.size(); i++) {
            List<Object> h = made.getOrDefault(i, List.of());
            List<Object> t = truth.getOrDefault(i, List.of());
            double distance = distance(h, t);
            boolean none = t.isEmpty();
            y.floats()[i] = (float)
                    (!normalize ? distance : none ? h.isEmpty() ? 0 : Double.POSITIVE_INFINITY : distance / t.size());
        }
        return y;
    }

    private static TreeMap<Integer, List<Object>> sequences(Tensor indices, Tensor values, Shape outer) {
        TreeMap<Integer, List<Object>> all = new TreeMap<>();
        int rank = outer.rank() + 1;
        for (int i = 0; i < values.size(); i++) {
            int place = 0;
            for (int a = 0; a < rank - 1; a++) {
                long at = indices.getLong(i * rank + a);
                if (at < 0 || at >= outer.dim(a)) {
                    throw new ShapeException("expected places in " + outer + " but was " + at + " (element " + i + ")");
                }
                place = place * outer.dim(a) + (int) at;
            }
            Object v = values.dtype() == DType.STRING
                    ? ByteBuffer.wrap(values.byteStrings()[i])
                    : values.dtype().isFloating() ? (Object) values.getDouble(i) : (Object) values.getLong(i);
            all.computeIfAbsent(place, k -> new ArrayList<>()).add(v);
        }
        return all;
    }

    private static int distance(List<Object> x, List<Object> y) {
        int[] row = new int[y.size() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= x.size(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= y.size(); j++) {
                int changed = diagonal + (x.get(i - 1).equals(y.get(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[y.size()];
    }
}
