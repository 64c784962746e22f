package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Rows of numbers that ascend or descend: {@code start[n], limit[n], delta[n] → splits[n+1], y[k]}, row i is start[i],
 * start[i] + delta[i], … as long as it is before limit[i]; scalars stand for all rows.
 *
 * <p>(C1) delta not 0. (C2) at most 2^31 - 9 numbers. Source: TF RaggedRange.
 */
public record RaggedRange(DType splits) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        DType dtype = in.count(3).sameDType();
        int n = 1;
        for (int i = 0; i < 3; i++) {
            Shape s = in.shape(i);
            n = s.isRanked() && s.rank() == 0 ? n : s.isRanked() ? s.dim(0) : Shape.UNKNOWN;
        }
        return List.of(TensorType.of(splits, n == Shape.UNKNOWN ? n : n + 1), TensorType.of(dtype, Shape.UNKNOWN));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int n = 1;
        for (Tensor t : in) {
            n = t.shape().rank() == 0 ? n : t.size();
        }
        boolean real = in.get(0).dtype().isFloating();
        long[] ends = new long[n + 1];
        for (int i = 0; i < n; i++) {
            double size = real
                    ? Math.ceil((at(in, 1, i) - at(in, 0, i)) / at(in, 2, i))
                    : steps(whole(in, 0, i), whole(in, 1, i), whole(in, 2, i));
            if (at(in, 2, i) == 0 || Double.isNaN(size)) { // (C1)
                throw new ShapeException("expected steps that are not 0 but was 0 (row " + i + ")");
            }
            double end = ends[i] + Math.max(0, size);
            if (end > Integer.MAX_VALUE - 8) { // (C2)
                throw new ShapeException("expected at most 2^31 - 9 numbers but was more (row " + i + ")");
            }
            ends[i + 1] = (long) end;
        }
        Tensor y = Tensor.zeros(TensorType.of(in.get(0).dtype(), (int) ends[n]));
        for (int i = 0; i < n; i++) {
            double real0 = at(in, 0, i);
            for (long j = ends[i], k = 0; j < ends[i + 1]; j++, k++) {
                if (real) {
                    y.setDouble((int) j, real0);
                    real0 = in.get(0).dtype() == DType.FLOAT32
                            ? (float) real0 + (float) at(in, 2, i)
                            : real0 + at(in, 2, i);
                } else {
                    y.setLong((int) j, whole(in, 0, i) + k * whole(in, 2, i));
                }
            }
        }
        return List.of(Places.vector(ends).cast(splits), y);
    }

    private static double steps(long start, long limit, long delta) {
        return delta == 0 ? Double.NaN : Math.ceil((limit - (double) start) / delta);
    }

    private static double at(List<Tensor> in, int operand, int i) {
        return in.get(operand).getDouble(in.get(operand).shape().rank() == 0 ? 0 : i);
    }

    private static long whole(List<Tensor> in, int operand, int i) {
        return in.get(operand).getLong(in.get(operand).shape().rank() == 0 ? 0 : i);
    }
}
