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
                adapters.add(adapter("lora_" + name + "_a", w.shape().with(-1, rank)));
                adapters.add(
                        adapter("lora_" + name + "_b", Shape.of(rank, w.shape().dim(-1))));
            }
        }
        out.addAll(adapters);
        return out;
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
