package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Elements added around x: {@code low[a]} before and {@code high[a]} after axis a. CONSTANT takes the scalar operand
 * {@code value}; REFLECT mirrors without, SYMMETRIC with the border element. Source: TF PadV2, MirrorPad.
 */
public record Pad(Mode mode, List<Integer> low, List<Integer> high) implements Op.Single {
    /** Where the added elements come from. */
    public enum Mode {
        CONSTANT,
        REFLECT,
        SYMMETRIC
    }

    public Pad {
        low = List.copyOf(low);
        high = List.copyOf(high);
    }

    @Override
    public TensorType type(Operands in) {
        in.count(2).sameDType();
        Shape x = in.shape(0);
        if (!Shape.SCALAR.accepts(in.shape(1)) && in.shape(1).isRanked()) {
            throw new ShapeException("expected a scalar to pad with but was " + in.type(1));
        }
        if (x.rank() != low.size() || x.rank() != high.size()) {
            throw new ShapeException("expected paddings for each axis of " + x + " but was " + low + " and " + high);
        }
        int[] y = x.dims();
        for (int a = 0; a < y.length; a++) {
            int most = mode == Mode.CONSTANT ? Integer.MAX_VALUE : y[a] - (mode == Mode.REFLECT ? 1 : 0);
            if (low.get(a) < 0
                    || high.get(a) < 0
                    || y[a] != Shape.UNKNOWN && Math.max(low.get(a), high.get(a)) > most) {
                throw new ShapeException("expected paddings that fit " + x + " but was " + low + " and " + high);
            }
            y[a] = y[a] == Shape.UNKNOWN ? Shape.UNKNOWN : y[a] + low.get(a) + high.get(a);
        }
        return in.type(0).withShape(Shape.of(y));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        int[] o = new int[out.shape().rank()];
        for (int i = 0, n = y.size(); i < n; i++) {
            Conv.unravel(i, out.shape(), o);
            int at = 0;
            for (int a = 0; a < o.length && at >= 0; a++) {
                int d = x.shape().dim(a);
                int p = o[a] - low.get(a);
                if (mode != Mode.CONSTANT && d > 0) {
                    int edge = mode == Mode.REFLECT ? 0 : 1;
                    p = p < 0 ? -p - edge : p >= d ? 2 * d - 2 - p + edge : p;
                }
                at = p >= 0 && p < d ? at * d + p : -1;
            }
            Copy.element(at < 0 ? in.get(1) : x, Math.max(at, 0), y, i);
        }
        return y;
    }
}
