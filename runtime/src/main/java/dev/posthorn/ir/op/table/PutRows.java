package dev.posthorn.ir.op.table;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table with more entries: {@code keys[n×k…], values[n×v…], x[…×k…], y[…×v…] → keys[m×k…], values[m×v…]}; a key that was
 * there keeps its place and gets its new value, new ones come after in order. Source: TF LookupTableInsertV2.
 */
public record PutRows() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        RowKeys.check(in.count(4).type(0), in.type(2), "keys");
        RowKeys.check(in.type(1), in.type(3), "values");
        return List.of(open(in.type(0)), open(in.type(1)));
    }

    static TensorType open(TensorType t) {
        return t.shape().isRanked() ? t.withShape(t.shape().with(0, Shape.UNKNOWN)) : t;
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor keys = in.get(0);
        Tensor values = in.get(1);
        int k = RowKeys.width(keys.shape());
        int v = RowKeys.width(values.shape());
        int more = k == 0 ? 0 : in.get(2).size() / k;
        if (in.get(2).size() != more * k || in.get(3).size() != more * v) {
            throw new ShapeException("expected a value for each key but was "
                    + in.get(2).type() + " and " + in.get(3).type());
        }
        Map<Object, Integer> places = RowKeys.places(keys);
        int n = places.size();
        Map<Object, Integer> from = new LinkedHashMap<>();
        for (int i = 0; i < more; i++) {
            Object key = RowKeys.of(in.get(2), i, k);
            places.putIfAbsent(key, places.size());
            from.put(key, i);
        }
        Tensor newKeys = Tensor.zeros(keys.type().withShape(keys.shape().with(0, places.size())));
        Tensor newValues = Tensor.zeros(values.type().withShape(values.shape().with(0, places.size())));
        places.forEach((key, at) -> {
            Integer i = from.get(key);
            RowKeys.copy(at < n ? keys : in.get(2), at < n ? at : i, newKeys, at, k);
            RowKeys.copy(i == null ? values : in.get(3), i == null ? at : i, newValues, at, v);
        });
        return List.of(newKeys, newValues);
    }
}
