package dev.posthorn.train.constraint;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.op.Reduce;
import java.util.List;

/**
 * The axes along which norms are.
 *
 * @param single whether the configuration gives a number and not a list
 */
public record Norms(List<Integer> axes, boolean single) {
    /** Keras's default. */
    public static final Norms FIRST = new Norms(List.of(0), true);

    static final double EPSILON = 1e-7;

    public static final FieldType<Norms> TYPE = FieldType.of(
            "an axis or a list of axes",
            o -> o instanceof List<?> l
                    ? new Norms(l.stream().map(Norms::axis).toList(), false)
                    : new Norms(List.of(axis(o)), true),
            n -> n.single ? n.axes.get(0) : n.axes);

    public Norms {
        axes = List.copyOf(axes);
    }

    private static int axis(Object o) {
        return Math.toIntExact(((Number) o).longValue());
    }

    /** {@code √Σw²} along the axes, which stay, of length 1. */
    Expr of(Expr w) {
        int[] along = axes.stream().mapToInt(a -> a).toArray();
        return w.square().reduce(Reduce.Fn.SUM, true, along).sqrt();
    }

    /** {@code w · desired / (ε + norms)}. */
    static Expr scaled(Expr w, Expr desired, Expr norms) {
        return w.times(desired.over(norms.plus(EPSILON)));
    }
}
