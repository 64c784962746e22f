package dev.posthorn.ir;

import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import java.util.Arrays;

/** Reads an integer vector that is used as a shape: element by element, as far as it is known before the graph runs. */
final class ShapeValue {
    private ShapeValue() {}

    static Shape of(Value v) {
        int[] dims = dims(v);
        return dims == null ? Shape.UNRANKED : Shape.of(dims);
    }

    /** The elements, {@link Shape#UNKNOWN} where not known; null where not even their number is known. */
    private static int[] dims(Value v) {
        Op op = v.node().op();
        if (op instanceof Constant c) {
            int[] d = new int[c.value().size()];
            for (int i = 0; i < d.length; i++) {
                d[i] = Math.toIntExact(c.value().getLong(i));
            }
            return d;
        }
        if (op instanceof ShapeOf) {
            Shape s = v.node().input(0).shape();
            return s.isRanked() ? s.dims() : null;
        }
        if (op instanceof Cast || op instanceof Reshape) {
            return dims(v.node().input(0));
        }
        if (op instanceof Slice s
                && v.shape().isKnown()
                && v.shape().rank() == 1
                && s.strides().get(0) == 1) {
            int[] whole = dims(v.node().input(0));
            int from = whole == null ? 0 : s.start(0, whole.length);
            return whole == null
                    ? null
                    : Arrays.copyOfRange(whole, from, from + v.shape().dim(0));
        }
        if (op instanceof Concat) {
            int[] all = new int[0];
            for (Value part : v.node().inputs()) {
                int[] d = dims(part);
                if (d == null) {
                    return null;
                }
                int at = all.length;
                all = Arrays.copyOf(all, at + d.length);
                System.arraycopy(d, 0, all, at, d.length);
            }
            return all;
        }
        if (!v.shape().isKnown()) {
            return null;
        }
        int[] unknown = new int[v.shape().size()];
        Arrays.fill(unknown, Shape.UNKNOWN);
        return unknown;
    }
}
