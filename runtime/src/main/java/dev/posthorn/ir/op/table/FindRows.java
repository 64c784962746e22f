package dev.posthorn.ir.op.table;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.Map;

/**
 * Values by their keys in a table that is a value itself: {@code keys[n×k…], values[n×v…], x[…×k…], default[v… or …×v…] →
 * y[…×v…]}, the default where x is no key. Source: TF LookupTableFindV2 on mutable tables.
 */
public record FindRows() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        RowKeys.check(in.count(4).type(0), in.type(2), "keys");
        RowKeys.check(in.type(1), in.type(3), "a default");
        if (!in.shape(0).isRanked() || !in.shape(1).isRanked() || !in.shape(2).isRanked()) {
            return in.type(1).withShape(Shape.UNRANKED);
        }
        int k = in.shape(0).rank() - 1;
        Shape outer = in.shape(2).slice(0, in.shape(2).rank() - k);
        return in.type(1)
                .withShape(outer.append(in.shape(1).slice(1, in.shape(1).rank()).dims()));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor keys = in.get(0);
        Tensor values = in.get(1);
        Tensor x = in.get(2);
        Shape outer = x.shape().slice(0, x.shape().rank() - keys.shape().rank() + 1);
        Shape inner = values.shape().slice(1, values.shape().rank());
        int k = RowKeys.width(keys.shape());
        int v = inner.size();
        int n = outer.size();
        Tensor y = Tensor.zeros(values.type().withShape(outer.append(inner.dims())));
        boolean one = in.get(3).size() == v;
        if (x.size() != n * k || !one && in.get(3).size() != n * v) {
            throw new ShapeException("expected keys and defaults for " + keys.type() + ", " + values.type()
                    + " but was " + x.type() + ", " + in.get(3).type());
        }
        Map<Object, Integer> places = RowKeys.places(keys);
        for (int i = 0; i < n; i++) {
            Integer at = places.get(RowKeys.of(x, i, k));
            RowKeys.copy(at == null ? in.get(3) : values, at == null ? one ? 0 : i : at, y, i, v);
        }
        return y;
    }
}
