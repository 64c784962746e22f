package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.Weight.Adaption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Low-rank adaption of a weight: what counts is {@code w[…×n] + alpha/rank · a[…×rank]·b[rank×n]}, where w is frozen.
 *
 * @param rank null where there is none
 * @param alpha null for the same as rank
 */
public record Lora(Integer rank, Double alpha) {
    public static final Lora NONE = new Lora(null, null);

    public static Lora of(Fields<Lora> f) {
        return new Lora(
                f.rare("lora_rank", FieldType.INT, Lora::rank), f.rare("lora_alpha", Numbers.FLOAT, Lora::alpha));
    }

    /** These weights, of which {@code name} is adapted, with the adapters after them. */
    public List<Weight> adapt(String name, List<Weight> weights) {
        if (rank == null) {
            return weights;
        }
        List<Weight> out = new ArrayList<>();
        List<Weight> adapters = new ArrayList<>();
        for (Weight w : weights) {
            boolean adapted = w.name().equals(name);
            out.add(adapted ? new Weight(name, w.shape(), w.dtype(), true, true, Adaption.ADAPTED) : w);
            if (adapted) {
                adapters.addAll(adapters(name, w.shape()));
            }
        }
        out.addAll(adapters);
        return out;
    }

    /** A weight of int8, adapted or not. */
    public Weight number(String name, Shape shape) {
        Weight w = Quantization.number(name, shape);
        return rank == null ? w : new Weight(name, shape, w.dtype(), false, true, Adaption.ADAPTED);
    }

    /** The adapters of a weight of that shape; none where it is not adapted. */
    public List<Weight> adapters(String name, Shape shape) {
        return rank == null
                ? List.of()
                : List.of(
                        adapter("lora_" + name + "_a", shape.with(-1, rank)),
                        adapter("lora_" + name + "_b", Shape.of(rank, shape.dim(-1))));
    }

    /** {@code y + alpha/rank · first(a) · b}: what the adapters of a quantized weight add to its own product. */
    public Value add(Call c, String name, Value y, UnaryOperator<Value> first) {
        if (rank == null) {
            return y;
        }
        Builder b = c.builder();
        Value more = b.matmul(first.apply(c.weight("lora_" + name + "_a")), c.weight("lora_" + name + "_b"));
        return b.plus(y, b.binary(Binary.Fn.MUL, more, (alpha == null ? rank : alpha) / rank));
    }

    private static Weight adapter(String name, Shape shape) {
        return new Weight(name, shape, DType.FLOAT32, true, false, Adaption.ADAPTER);
    }

    /** The weight {@code name} as it counts, in the compute dtype. */
    public Value weight(Call c, String name) {
        if (rank == null) {
            return c.weight(name);
        }
        Builder b = c.builder();
        Value product = b.matmul(c.rawWeight("lora_" + name + "_a"), c.rawWeight("lora_" + name + "_b"));
        Value scaled = b.binary(Binary.Fn.MUL, product, (alpha == null ? rank : alpha) / rank);
        return b.cast(
                b.plus(b.cast(c.rawWeight(name), DType.FLOAT32), scaled),
                c.policy().compute());
    }
}
