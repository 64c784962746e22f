package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** Repeats x over new leading axes and axes of length 1: {@code x[…], shape[n] → y[shape]}. Source: TF BroadcastTo. */
public record BroadcastTo() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        Shape to = in.count(2).shapeValue(1);
        Shape x = in.shape(0);
        Shape y = Shape.broadcast(x, to);
        if (to.isRanked() && x.isRanked() && (y.rank() != to.rank() || to.isKnown() && !y.equals(to))) {
            throw new ShapeException("expected a shape that " + x + " broadcasts to but was " + to);
        }
        return in.type(0).withShape(to.isKnown() ? to : y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Copy.gather(in.get(0), out, Index.broadcast(in.get(0).shape(), out.shape()));
    }

    @Override
    public void gradient(Adjoint g) {
        g.to(0, g::dy); // the walk adds up
    }
}
