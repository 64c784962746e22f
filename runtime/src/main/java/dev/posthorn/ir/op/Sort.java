package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sorts the elements of the first operand along an axis; the others, of the same shape, are put in the same order:
 * {@code (keys, p…) → (keys', p'…)}, {@code p'[k] = p[π(k)]}. Equal keys keep their order; NaN stands with the largest.
 * A payload of positions gives π; sorting π itself, with other payloads, undoes it.
 *
 * <p>(C1) keys numeric. (C2) equal shapes. Source: XLA Sort; TF TopKV2.
 */
public record Sort(int axis, boolean descending) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        if (in.size() == 0) {
            throw new ShapeException("expected keys but was no operand");
        }
        TensorType keys = in.type(0);
        if (!keys.dtype().isFloating() && !keys.dtype().isInteger()) { // (C1)
            throw new ShapeException("expected numeric keys but was " + keys);
        }
        Shape shape = keys.shape();
        for (TensorType t : in.types()) {
            shape = Shape.merge(shape, t.shape()); // (C2)
        }
        Index.axis(axis, shape);
        Shape merged = shape;
        return in.types().stream().map(t -> t.withShape(merged)).toList();
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor keys = in.get(0);
        int n = keys.shape().dim(axis);
        int step = Index.strides(keys.shape())[axis];
        int[] from = new int[keys.size()];
        Comparator<Integer> ascending = (i, j) -> compare(keys, i, j);
        for (int start : Index.walk(keys.shape().with(axis, Math.min(n, 1)), Index.strides(keys.shape()), 0)) {
            int[] order = IntStream.range(0, n)
                    .map(k -> start + k * step)
                    .boxed()
                    .sorted(descending ? ascending.reversed() : ascending)
                    .mapToInt(i -> i)
                    .toArray();
            for (int k = 0; k < n; k++) {
                from[start + k * step] = order[k];
            }
        }
        return IntStream.range(0, in.size())
                .mapToObj(i -> Copy.gather(in.get(i), out.get(i), from))
                .toList();
    }

    private static int compare(Tensor keys, int i, int j) {
        if (!keys.dtype().isFloating()) {
            return Compare.order(keys.dtype(), keys.getLong(i), keys.getLong(j));
        }
        double x = keys.getDouble(i);
        double y = keys.getDouble(j);
        return x == y ? 0 : Double.compare(x, y);
    }

    /** {@code dp[π(k)] = dp'[k]}: sorting the positions π puts everything back. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        Dim[] column = IntStream.range(0, g.in(0).shape().rank())
                .mapToObj(a -> a == axis ? b.dim(g.in(0), a) : Dim.of(1))
                .toArray(Dim[]::new);
        Value n = column[axis].isKnown() ? b.constant(DType.INT32, column[axis].known()) : column[axis].value();
        Value places = b.broadcastTo(b.reshape(b.add(new Iota(DType.INT32), n), column), b.dims(g.in(0)));
        Value order = b.addAll(this, List.of(g.in(0), places)).get(1);
        for (int i = 0; i < g.operands(); i++) {
            int k = i;
            g.to(
                    i,
                    () -> b.addAll(new Sort(axis, false), List.of(order, g.dy(k)))
                            .get(1));
        }
    }
}
