package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Where values stand in an ascending vector: {@code s[n], x[…] → y[…]}, the number of elements less than x, or with
 * {@code right} not more than x. NaN stands after all. Source: TF LowerBound, UpperBound, Bucketize.
 */
public record SearchSorted(boolean right, DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType dtype = in.count(2).sameDType();
        boolean vector = !in.shape(0).isRanked() || in.shape(0).rank() == 1;
        if (!dtype.isFloating() && !dtype.isInteger() || !to.isInteger() || !vector) {
            throw new ShapeException("expected a vector and values of one numeric dtype but was " + in.types());
        }
        return in.type(1).withDType(to);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor s = in.get(0);
        Tensor x = in.get(1);
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            int low = 0;
            int high = s.size();
            while (low < high) {
                int middle = low + high >>> 1;
                if (before(s, middle, x, i)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            y.setLong(i, low);
        }
        return y;
    }

    private boolean before(Tensor s, int i, Tensor x, int j) {
        if (s.dtype().isFloating()) {
            double value = x.getDouble(j);
            return Double.isNaN(value) || (right ? s.getDouble(i) <= value : s.getDouble(i) < value);
        }
        int order = Compare.order(s.dtype(), s.getLong(i), x.getLong(j));
        return right ? order <= 0 : order < 0;
    }

    @Override
    public void gradient(Adjoint g) {
        g.none();
    }
}
