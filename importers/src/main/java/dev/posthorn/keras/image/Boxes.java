package dev.posthorn.keras.image;

import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;

/** Parts of images. */
public final class Boxes {
    private Boxes() {}

    /** Which places along an axis are in a part of a share {@code ratio[b×1]} of it, whose start is drawn. */
    static Expr within(Draw d, Expr ratio, int axis) {
        Expr[] ends = ends(d, ratio, axis);
        return inside(d, ends, axis);
    }

    /** Start and end of such a part, {@code [b×1]}. */
    public static Expr[] ends(Draw d, Expr ratio, int axis) {
        Expr whole = d.length(axis).cast(d.dtype());
        Expr part = ratio.times(whole);
        Expr start = d.uniform(d.dtype(), 0, 1, d.size()[0]).expandDims(1).times(whole.minus(part));
        return new Expr[] {start, start.plus(part)};
    }

    public static Expr inside(Draw d, Expr[] ends, int axis) {
        Expr at = ends[0].iota(d.size()[axis]).cast(d.dtype());
        Expr in = at.atLeast(ends[0]).and(at.lessThan(ends[1])); // [b×n]
        Dim one = Dim.of(1);
        Dim[] shape = {d.size()[0], axis == 1 ? d.size()[1] : one, axis == 2 ? d.size()[2] : one, one};
        return in.with(d.b().reshape(in.v(), shape));
    }
}
