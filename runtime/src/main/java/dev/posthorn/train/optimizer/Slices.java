package dev.posthorn.train.optimizer;

import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.ScatterAdd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The gradient of a table of which rows were taken: what is added up at the rows' numbers. Keras with TensorFlow squares such
 * gradients, and takes their magnitudes, before the parts of a row that was taken several times are added up: {@code Σ gᵢ²}
 * and not {@code (Σ gᵢ)²}. So do we, to end where Python ends. Source: keras/src/backend/tensorflow/sparse.py.
 */
final class Slices {
    private Slices() {}

    /** Values that are added up at indices. */
    private record Part(Expr values, Node scatter) {
        Expr sum(Expr of) {
            Value sum = of.b().add(scatter.op(), scatter.input(0), of.v(), scatter.input(2));
            return of.with(sum);
        }
    }

    /** {@code g²}. */
    static Expr square(Expr g) {
        return map(g, Expr::square);
    }

    /** {@code f(g)} for an f that is zero at zero. */
    static Expr map(Expr g, UnaryOperator<Expr> f) {
        return parts(g).map(parts -> parts.stream()
                        .map(p -> p.sum(f.apply(p.values)))
                        .reduce(Expr::plus)
                        .orElseThrow())
                .orElseGet(() -> f.apply(g));
    }

    /** The parts of a gradient that is nothing but rows of tables, added or scaled; empty for any other. */
    private static Optional<List<Part>> parts(Expr g) {
        Node n = g.v().node();
        if (n.op() instanceof ScatterAdd) {
            return Optional.of(List.of(new Part(g.with(n.input(1)), n)));
        }
        if (!(n.op() instanceof Binary op)) {
            return Optional.empty();
        }
        Expr x = g.with(n.input(0));
        Expr y = g.with(n.input(1));
        if (op.fn() == Binary.Fn.ADD) {
            return parts(x).flatMap(xs -> parts(y).map(ys -> {
                List<Part> all = new ArrayList<>(xs);
                all.addAll(ys);
                return all;
            }));
        }
        boolean scaled = (op.fn() == Binary.Fn.MUL || op.fn() == Binary.Fn.DIV)
                && y.shape().isKnown()
                && y.shape().size() == 1;
        return scaled
                ? parts(x).map(xs -> xs.stream()
                        .map(p -> new Part(scale(op.fn(), p.values, y), p.scatter))
                        .toList())
                : Optional.empty();
    }

    private static Expr scale(Binary.Fn fn, Expr values, Expr by) {
        Expr scalar = by.with(by.b().reshape(by.v(), new int[0]));
        return fn == Binary.Fn.MUL ? values.times(scalar) : values.over(scalar);
    }
}
