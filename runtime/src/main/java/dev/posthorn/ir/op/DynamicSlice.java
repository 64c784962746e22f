package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * A box of x, found when the graph runs: {@code x[…], start[n], size[n] → y[size]},
 * {@code y[i…] = x[start + i·strides…]}; n is x's rank, start and size are integers.
 *
 * <p>(C1) the box lies in x. Source: TF StridedSlice, Slice; XLA DynamicSlice.
 */
public record DynamicSlice(List<Integer> strides) implements Op.Single {
    public DynamicSlice {
        strides = List.copyOf(strides);
    }

    @Override
    public TensorType type(Operands in) {
        Shape x = in.count(3).shape(0);
        Shape vector = Shape.of(x.rank());
        boolean fits = in.dtype(1).isInteger()
                && in.dtype(2).isInteger()
                && vector.accepts(in.shape(1))
                && vector.accepts(in.shape(2))
                && strides.size() == x.rank()
                && strides.stream().allMatch(s -> s > 0);
        if (!fits) {
            throw new ShapeException("expected starts, sizes and positive strides for each axis but was " + in.types()
                    + ", strides " + strides);
        }
        return in.type(0).withShape(in.shapeValue(2));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Shape x = in.get(0).shape();
        int[] own = Index.strides(x);
        int[] step = new int[own.length];
        int start = 0;
        for (int a = 0; a < own.length; a++) {
            long from = in.get(1).getLong(a);
            long last = from + (long) (out.shape().dim(a) - 1) * strides.get(a);
            if (out.shape().dim(a) > 0 && (from < 0 || last >= x.dim(a))) { // (C1)
                throw new ShapeException("expected a slice inside of " + x + " but was from " + from + " to " + last
                        + " along axis " + a);
            }
            start += (int) from * own[a];
            step[a] = own[a] * strides.get(a);
        }
        return Copy.gather(in.get(0), out, Index.walk(out.shape(), step, start));
    }

    /** The derivative by x is dy at the places that were taken, 0 elsewhere. */
    @Override
    public void gradient(Adjoint g) {
        g.to(0, () -> {
            Builder b = g.builder();
            Value size = b.reduce(Reduce.Fn.PROD, b.shape(b.dims(g.in(0))), true, 0);
            Value all = b.add(new Iota(DType.INT32), b.add(new Reshape(), size, b.ints()));
            Value places = b.add(this, b.reshape(all, b.dims(g.in(0))), g.in(1), g.in(2));
            Value flat = b.add(new ScatterAdd(0), b.reshape(places, -1), b.reshape(g.dy(), -1), size);
            return b.reshape(flat, b.dims(g.in(0)));
        });
    }
}
