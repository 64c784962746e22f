package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * How often numbers are in rows: {@code row[n], x[n], rows[], weights[n or 0] → indices[k×2], counts[k], shape[2]}: for row
 * and number in order the sum of its weights (1 without weights; 1 at all with {@code binary}). Numbers from {@code most} on
 * are left out where it is more than 0; the shape has as many columns, else one more than the largest number, at least
 * {@code least}.
 *
 * <p>(C1) numbers of at least 0. (C2) rows in [0, rows). Source: TF DenseCountSparseOutput and kin.
 */
public record CountRows(long least, long most, boolean binary) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        DType weights = in.count(4).dtype(3);
        Places.vector(in, 0);
        Places.vector(in, 1);
        return List.of(Places.longs(Shape.UNKNOWN, 2), TensorType.of(weights, Shape.UNKNOWN), Places.longs(2));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        long[] row = in.get(0).longs();
        long[] x = in.get(1).longs();
        long rows = in.get(2).getLong(0);
        Tensor weights = in.get(3);
        if (row.length != x.length || weights.size() > 0 && weights.size() != x.length) {
            throw new ShapeException("expected rows, numbers and weights of one length but was " + row.length + ", "
                    + x.length + ", " + weights.size());
        }
        TreeMap<long[], Double> counts = new TreeMap<>(java.util.Arrays::compare);
        long largest = -1;
        for (int i = 0; i < x.length; i++) {
            if (x[i] < 0) { // (C1)
                throw new ShapeException("expected numbers of at least 0 but was " + x[i] + " (element " + i + ")");
            }
            if (row[i] < 0 || row[i] >= rows) { // (C2)
                throw new ShapeException("expected a row in [0, " + rows + ") but was " + row[i]);
            }
            if (most <= 0 || x[i] < most) {
                double each = weights.size() == 0 ? 1 : weights.getDouble(i);
                counts.merge(new long[] {row[i], x[i]}, binary ? 1 : each, (a, b) -> binary ? 1 : a + b);
                largest = Math.max(largest, x[i]);
            }
        }
        Tensor y = Tensor.zeros(weights.type().withShape(Shape.of(counts.size())));
        int k = 0;
        for (double count : counts.values()) {
            y.setDouble(k++, binary ? 1 : count);
        }
        long columns = most > 0 ? most : Math.max(largest + 1, least);
        return List.of(Places.matrix(new ArrayList<>(counts.keySet()), 2), y, Places.vector(rows, columns));
    }
}
