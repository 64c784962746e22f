package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Attention of several heads, {@code q[b×t×h×n], k[b×s×h×n], v[b×s×h×m] (, mask) → y[b×t×h×m]}: for each b and h, {@code y =
 * softmax(scale · q·kᵀ)·v} along s.
 *
 * <p>The mask broadcasts to {@code [b×h×t×s]}. A {@link Mask#SELECT} mask of bool gives {@code low} where it is false; one of
 * {@link Mask#ADD} is added to the scaled products. (C1) operands of rank 4. Made by {@code pass.FuseAttention} of the ops
 * that it expands to. Source: keras.layers.MultiHeadAttention.
 */
public record Attention(double scale, Mask mask, double low) implements Op.Composite {
    /** What a mask does. */
    public enum Mask {
        NONE,
        SELECT,
        ADD
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        Operands operands = new Operands(in).count(mask == Mask.NONE ? 3 : 4);
        for (int i = 0; i < 3; i++) {
            if (operands.shape(i).rank() != 4) { // (C1)
                throw new ShapeException("expected operands of rank 4 but was " + operands.shape(i));
            }
        }
        Value dots = b.matmul(b.transpose(in.get(0), 0, 2, 1, 3), b.transpose(in.get(1), 0, 2, 3, 1));
        Value logits = b.binary(Binary.Fn.MUL, dots, scale);
        Value masked = switch (mask) {
            case NONE -> logits;
            case SELECT -> b.select(in.get(3), logits, b.constant(logits.dtype(), low));
            case ADD -> b.plus(logits, in.get(3));
        };
        Value weights = b.add(new Softmax(List.of(-1)), masked);
        return List.of(b.transpose(b.matmul(weights, b.transpose(in.get(2), 0, 2, 1, 3)), 0, 2, 1, 3));
    }
}
