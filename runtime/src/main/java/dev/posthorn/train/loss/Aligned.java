package dev.posthorn.train.loss;

import dev.posthorn.ir.Expr;

/**
 * Two tensors of which one may have an axis more, of length 1, at the end: the other gets it too, where it is a vector, else
 * the axis goes. Source: squeeze_or_expand_to_same_rank in keras/src/losses/loss.py.
 */
public record Aligned(Expr x, Expr y) {
    public static Aligned of(Expr x, Expr y) {
        return of(x, y, true);
    }

    /** The same; a vector gets no axis where {@code expand} is false, the other one loses it. */
    public static Aligned of(Expr x, Expr y, boolean expand) {
        if (x.rank() == y.rank() + 1) {
            Aligned other = of(y, x, expand);
            return new Aligned(other.y, other.x);
        }
        if (y.rank() != x.rank() + 1 || y.shape().dim(-1) != 1) {
            return new Aligned(x, y);
        }
        return x.rank() == 1 && expand ? new Aligned(x.expandDims(-1), y) : new Aligned(x, y.squeeze(-1));
    }

    /** The targets in the type of the predictions, and both of one rank. */
    public static Aligned targets(Expr yTrue, Expr yPred) {
        return of(yTrue.cast(yPred.dtype()), yPred);
    }
}
