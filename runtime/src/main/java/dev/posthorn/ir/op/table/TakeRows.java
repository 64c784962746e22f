package dev.posthorn.ir.op.table;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table without some entries: {@code keys[n×k…], values[n×v…], x[…×k…] → keys[m×k…], values[m×v…]}. Source: TF
 * LookupTableRemoveV2.
 */
public record TakeRows() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        RowKeys.check(in.count(3).type(0), in.type(2), "keys");
        return List.of(PutRows.open(in.type(0)), PutRows.open(in.type(1)));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor keys = in.get(0);
        Tensor values = in.get(1);
        int k = RowKeys.width(keys.shape());
        int v = RowKeys.width(values.shape());
        Set<Object> gone = new HashSet<>();
        for (int i = 0; k > 0 && i < in.get(2).size() / k; i++) {
            gone.add(RowKeys.of(in.get(2), i, k));
        }
        int[] left = IntStream.range(0, keys.shape().dim(0))
                .filter(i -> !gone.contains(RowKeys.of(keys, i, k)))
                .toArray();
        Tensor newKeys = Tensor.zeros(keys.type().withShape(keys.shape().with(0, left.length)));
        Tensor newValues = Tensor.zeros(values.type().withShape(values.shape().with(0, left.length)));
        for (int i = 0; i < left.length; i++) {
            RowKeys.copy(keys, left[i], newKeys, i, k);
            RowKeys.copy(values, left[i], newValues, i, v);
        }
        return List.of(newKeys, newValues);
    }
}
