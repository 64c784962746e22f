package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import java.util.List;

/** {@code (x·r)·s = x·(r·s)} for a large x and small r and s, one of which may have been repeated over x before. */
public final class MoveFactors {
    /** Elements of x from which on it is worth it. */
    private static final int LARGE = 1 << 14;
    /** How much smaller r and s are, at least. */
    private static final int TIMES = 16;

    private MoveFactors() {}

    /** The product made otherwise; null where it is none of these. */
    public static List<Value> rule(Builder b, Op op, List<Value> in) {
        if (!op.equals(new Binary(Binary.Fn.MUL)) || in.get(0).dtype() != DType.FLOAT32) {
            return null;
        }
        for (int k = 0; k < 2; k++) {
            Value product = in.get(k);
            Value s = small(in.get(1 - k), product);
            for (int j = 0; j < 2 && s != null && product.node().op().equals(op); j++) {
                Value x = product.node().input(j);
                Value r = small(product.node().input(1 - j), product);
                if (r != null && x.shape().equals(product.shape()) && small(x, product) == null) {
                    return List.of(b.times(x, b.times(r, s)));
                }
            }
        }
        return null;
    }

    /** The value that repeats over a large product, before it was repeated; null where there is none. */
    private static Value small(Value v, Value product) {
        Value s = v.node().op() instanceof BroadcastTo ? v.node().input(0) : v;
        boolean fits = s.shape().isKnown()
                && product.shape().isKnown()
                && product.shape().size() >= LARGE
                && (long) s.shape().size() * TIMES <= product.shape().size()
                && s.shape().rank() <= product.shape().rank();
        return fits ? s : null;
    }
}
