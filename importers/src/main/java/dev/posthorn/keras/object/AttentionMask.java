package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which positions of a sequence may attend to which of another: bool {@code [1×queries×keys]} or with a batch. */
public final class AttentionMask {
    private AttentionMask() {}

    /** Each position to itself and those before. */
    public static Value causal(Builder b, Dim queries, Dim keys) {
        return b.compare(Compare.Fn.GE, positions(b, queries, 2), positions(b, keys, 1));
    }

    /** Each position to those less than {@code n} away. */
    static Value window(Builder b, Dim queries, Dim keys, int n) {
        Value distance = b.unary(Unary.Fn.ABS, b.minus(positions(b, queries, 2), positions(b, keys, 1)));
        return b.compare(Compare.Fn.LT, distance, b.constant(DType.INT32, n));
    }

    /** 0, 1, … along axis 1 or 2 of a shape of rank 3, whose other axis gets length 1 at {@code at}. */
    private static Value positions(Builder b, Dim n, int at) {
        Value count = n.isKnown() ? b.constant(DType.INT32, n.known()) : n.value();
        return b.expandDims(b.expandDims(b.add(new Iota(DType.INT32), count), 0), at);
    }

    /**
     * What a call of an attention layer says, with the masks that its arguments carry; empty where nothing is masked.
     *
     * @param queryMask the mask of the queries; empty where there is none
     * @param slidingWindow how near positions must be; null for no limit
     */
    public static Optional<Value> of(
            Call c, Value query, Value value, Optional<Value> queryMask, Integer slidingWindow) {
        Builder b = c.builder();
        List<Value> masks = new ArrayList<>();
        queryMask.ifPresent(m -> masks.add(b.expandDims(b.cast(m, DType.BOOL), -1)));
        for (int i = 1; i <= 2; i++) {
            carried(c, i == 1 ? "value" : "key", i).ifPresent(m -> masks.add(b.expandDims(b.cast(m, DType.BOOL), -2)));
        }
        Dim queries = b.dim(query, 1);
        Dim keys = b.dim(value, 1);
        if (flag(c, "use_causal_mask", 9)) {
            masks.add(causal(b, queries, keys));
        }
        if (slidingWindow != null) {
            masks.add(window(b, queries, keys, slidingWindow));
        }
        tensor(c, "attention_mask", 6).ifPresent(m -> masks.add(b.cast(m, DType.BOOL)));
        return masks.stream().reduce((m, n) -> b.binary(Binary.Fn.AND, m, n));
    }

    /** Whether nothing is masked but what comes later. */
    public static boolean onlyCausal(Call c, Optional<Value> queryMask, Integer slidingWindow) {
        return queryMask.isEmpty()
                && carried(c, "value", 1).isEmpty()
                && carried(c, "key", 2).isEmpty()
                && slidingWindow == null
                && tensor(c, "attention_mask", 6).isEmpty();
    }

    /** The mask of an argument: the argument {@code name_mask}, else the one that the tensor carries. */
    public static Optional<Value> carried(Call c, String name, int position) {
        return tensor(c, name + "_mask", position + 3)
                .or(() -> c.argument(name, position)
                        .filter(KerasTensor.class::isInstance)
                        .flatMap(t -> ((KerasTensor) t).mask()));
    }

    /** A tensor argument. */
    public static Optional<Value> tensor(Call c, String name, int position) {
        return c.argument(name, position).filter(KerasTensor.class::isInstance).map(t -> ((KerasTensor) t).value());
    }

    /** An argument that is true or false, false where it is absent. */
    public static boolean flag(Call c, String name, int position) {
        return c.argument(name, position).filter(Boolean.TRUE::equals).isPresent();
    }
}
