package dev.posthorn.train.optimizer;

import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.ScatterAdd;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A gradient, as optimizers see it. Where a parameter is only looked up by index, as embeddings are, TensorFlow keeps a
 * gradient for each look-up, and Keras squares each before they are added up. This is so here too: a gradient that is a sum
 * of {@link ScatterAdd}s is kept as these. Source: tf.IndexedSlices; keras/src/backend/tensorflow/sparse.py.
 *
 * @param dense the whole
 * @param slices the sums it is made of; empty where it is none
 */
public record Gradient(Expr dense, List<Slices> slices) {
    /** Values that are added up at indices. */
    record Slices(ScatterAdd op, Value indices, Expr values, Value shape) {
        Slices map(UnaryOperator<Expr> f) {
            return new Slices(op, indices, f.apply(values), shape);
        }

        Expr sum() {
            return values.with(values.b().add(op, indices, values.v(), shape));
        }
    }

    public static Gradient of(Expr whole) {
        List<Slices> found = new ArrayList<>();
        return new Gradient(whole, find(whole, x -> x, found) ? found : List.of());
    }

    /** Collects the sums that a value is made of by additions, casts, and factors. */
    private static boolean find(Expr x, UnaryOperator<Expr> then, List<Slices> found) {
        Node n = x.v().node();
        if (n.op() instanceof ScatterAdd s && s.axis() == 0) {
            Expr values = then.apply(x.with(n.inputs().get(1)));
            found.add(new Slices(s, n.inputs().get(0), values, n.inputs().get(2)));
            return true;
        }
        if (n.op() instanceof Cast c) {
            return find(x.with(n.inputs().get(0)), y -> then.apply(y.cast(c.to())), found);
        }
        if (n.op() instanceof Binary op) {
            Expr left = x.with(n.inputs().get(0));
            Expr right = x.with(n.inputs().get(1));
            if (op.fn() == Binary.Fn.ADD) {
                return find(left, then, found) && find(right, then, found);
            }
            boolean scales = op.fn() == Binary.Fn.MUL || op.fn() == Binary.Fn.DIV;
            if (scales && right.shape().isRanked() && right.rank() == 0) {
                return find(left, y -> then.apply(y.with(y.b().binary(op.fn(), y.v(), right.v()))), found);
            }
        }
        return false;
    }

    public boolean isSparse() {
        return !slices.isEmpty();
    }

    /** The same after {@code f}, element by element, of each look-up's own. */
    public Gradient map(UnaryOperator<Expr> f) {
        return isSparse()
                ? new Gradient(sum(f), slices.stream().map(s -> s.map(f)).toList())
                : new Gradient(f.apply(dense), slices);
    }

    private Expr sum(UnaryOperator<Expr> f) {
        return slices.stream().map(s -> s.map(f).sum()).reduce(Expr::plus).orElseThrow();
    }

    /** {@code g²}; the sum of the squares of look-ups. */
    public Expr squared() {
        return isSparse() ? sum(Expr::square) : dense.square();
    }

    /** {@code |g|}; the sum of the magnitudes of look-ups. */
    public Expr magnitude() {
        return isSparse() ? sum(Expr::abs) : dense.abs();
    }

    /** {@code Σ g²} over everything: a scalar. */
    public Expr squaredNorm() {
        return isSparse()
                ? slices.stream()
                        .map(s -> s.values.square().sum())
                        .reduce(Expr::plus)
                        .orElseThrow()
                : dense.square().sum();
    }
}
