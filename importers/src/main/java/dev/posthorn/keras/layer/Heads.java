package dev.posthorn.keras.layer;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Einsum;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.operation.Promotion;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Attention of several heads: {@code q[batch…×t…×heads×n], k[batch…×s…×heads×n], v[batch…×s…×heads×m] →
 * y[batch…×t…×heads×m] = softmax(q·k · scale)·v} for each head. Source: keras/src/layers/attention.
 *
 * @param axes the axes of t and s
 * @param explicit whether it goes through the layer {@code Softmax}, where an element that may attend to nothing gets
 *     zeros; else what is masked is only made very small, in float32 at least
 * @param keras2 whether it gets something there too, as before Keras 3
 */
record Heads(List<Integer> axes, double scale, boolean explicit, boolean keras2) {
    /** What is attended to, and how: {@code [batch…×heads×t…×s…]}, which carries the mask that it was made with. */
    record Result(Value output, KerasTensor scores) {}

    /** {@code drop} is what becomes of the scores before they meet the values. */
    Result attend(Builder b, Value q, Value k, Value v, Optional<Value> mask, UnaryOperator<Value> drop) {
        DType common = Promotion.of(q.dtype(), Promotion.of(k.dtype(), v.dtype())); // each may have a policy of its own
        return attendAlike(b, b.cast(q, common), b.cast(k, common), b.cast(v, common), mask, drop);
    }

    private Result attendAlike(Builder b, Value q, Value k, Value v, Optional<Value> mask, UnaryOperator<Value> drop) {
        int rank = q.shape().rank();
        String target = letters(0, rank, 0);
        String source = letters(0, rank, rank);
        StringBuilder product = new StringBuilder();
        IntStream.range(0, rank - 1).filter(a -> !axes.contains(a)).forEach(a -> product.append(target.charAt(a)));
        axes.forEach(a -> product.append(target.charAt(a)));
        axes.forEach(a -> product.append(source.charAt(a)));
        String dot = target + "," + source + "->" + product;
        Optional<Value> aligned = mask.map(m -> aligned(b, m, product.length()));
        int[] norm = IntStream.range(product.length() - axes.size(), product.length())
                .toArray();
        List<Integer> along = IntStream.of(norm).boxed().toList();
        Value weights;
        if (explicit) {
            Value logits = Einsum.of(b, dot, List.of(b.binary(Binary.Fn.MUL, q, scale), k));
            weights = dev.posthorn.keras.layer.Softmax.of(b, logits, aligned, along, keras2);
        } else {
            DType wide = q.dtype() == DType.FLOAT64 ? q.dtype() : DType.FLOAT32;
            Value logits = b.binary(Binary.Fn.MUL, b.cast(Einsum.of(b, dot, List.of(q, k)), wide), scale);
            Value low = b.constant(wide, -0.7 * 3.38953e38);
            weights = b.cast(
                    b.add(
                            new Softmax(along),
                            aligned.map(m -> b.select(m, logits, low)).orElse(logits)),
                    q.dtype());
        }
        return new Result(
                Einsum.of(b, product + "," + source + "->" + target, List.of(drop.apply(weights), v)),
                new KerasTensor(weights, aligned.orElse(null)));
    }

    /** Labels of axes: those of t or s begin at {@code other} letters further, the rest are common to all. */
    private String letters(int from, int rank, int other) {
        StringBuilder s = new StringBuilder();
        for (int a = from; a < rank; a++) {
            s.append((char) ('a' + (axes.contains(a) ? a + other : a)));
        }
        return s.toString();
    }

    /** The mask with an axis for the heads and others before those of t. */
    private Value aligned(Builder b, Value mask, int rank) {
        Value m = mask;
        while (m.shape().rank() < rank) {
            m = b.expandDims(m, -axes.size() * 2 - 1);
        }
        return m;
    }
}
