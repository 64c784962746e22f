package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Int4;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.keras.object.WeightOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a table by their numbers: {@code y[…×out] = embeddings[x[…]]}, {@code embeddings[in×out]}. Negative numbers
 * count from the end. Source: keras/src/layers/core/embedding.py.
 *
 * @param maskZero whether the output carries the mask {@code x ≠ 0}
 */
public record Embedding(
        int inputDim,
        int outputDim,
        WeightOptions embeddings,
        boolean maskZero,
        Object activityRegularizer,
        Lora lora,
        Quantization quantization)
        implements Layer {
    public static final Codec<Embedding> CODEC = Codec.of("Embedding", Embedding::of);

    static Embedding of(Fields<Embedding> f) {
        return new Embedding(
                f.of("input_dim", FieldType.INT, Embedding::inputDim, null),
                f.of("output_dim", FieldType.INT, Embedding::outputDim, null),
                f.group(WeightOptions.of("embeddings"), Embedding::embeddings),
                f.of("mask_zero", FieldType.BOOL, Embedding::maskZero, false),
                f.of("activity_regularizer", FieldType.ANY, Embedding::activityRegularizer),
                f.group(Lora::of, Embedding::lora),
                f.group(Quantization::of, Embedding::quantization));
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return lora.adapt("embeddings", List.of(Weight.of("embeddings", inputDim, outputDim)));
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs, DTypePolicy policy) {
        if (policy.mode().isEmpty()) {
            return weights(inputs);
        }
        int block = Quantization.block(policy);
        int stored = Quantization.isInt4(policy) ? (outputDim + 1) / 2 : outputDim;
        int[] each = block < 0 ? new int[] {inputDim} : new int[] {inputDim, (outputDim + block - 1) / block};
        List<Weight> weights = new ArrayList<>(List.of(
                lora.number("embeddings", Shape.of(inputDim, stored)), Weight.frozen("embeddings_scale", each)));
        if (block >= 0) {
            weights.add(Quantization.number("embeddings_zero", Shape.of(each)));
            weights.add(new Weight("g_idx", Shape.of(outputDim), DType.FLOAT32, false, true));
        }
        weights.addAll(lora.adapters("embeddings", Shape.of(inputDim, outputDim)));
        return weights;
    }

    @Override
    public boolean quantizes(String mode) {
        return Quantization.rounds(mode);
    }

    /** The rows of the quantized table. */
    private Value quantized(Call c, Value index) {
        Builder b = c.builder();
        DType dtype = c.policy().compute();
        Value table = c.rawWeight("embeddings");
        Value all = Quantization.isInt4(c.policy()) ? Int4.unpacked(b, table, outputDim) : table;
        Value rows = b.cast(b.gather(all, index, 0), dtype);
        if (c.isDirect()) {
            return rows;
        }
        Value scale = b.gather(c.weight("embeddings_scale"), index, 0);
        if (Quantization.block(c.policy()) < 0) {
            return b.over(rows, b.expandDims(scale, -1));
        }
        Value groups = b.cast(c.rawWeight("g_idx"), DType.INT32);
        Value zero = b.gather(b.cast(c.rawWeight("embeddings_zero"), dtype), index, 0);
        return b.times(b.minus(rows, b.gather(zero, groups, -1)), b.gather(scale, groups, -1));
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        Value x = c.x();
        Value i = x.dtype() == DType.INT64 ? x : b.cast(x, DType.INT32);
        Value zero = b.constant(i.dtype(), 0);
        Value wrapped = b.plus(i, b.constant(i.dtype(), inputDim));
        Value index = b.select(b.compare(Compare.Fn.LT, i, zero), wrapped, i);
        Value mask = maskZero ? b.compare(Compare.Fn.NE, x, b.constant(x.dtype(), 0)) : null;
        if (!c.policy().mode().isEmpty()) {
            if (c.isDirect()) {
                Quantization.check(lora);
            }
            Value y = lora.add(c, "embeddings", quantized(c, index), a -> b.gather(a, index, 0));
            return List.of(new KerasTensor(y, mask));
        }
        Value rows = b.gather(table(c), index, 0);
        return List.of(new KerasTensor(b.cast(rows, c.policy().compute()), mask));
    }

    /** The table as it counts, in its own dtype. */
    Value table(Call c) {
        return lora.rank() == null ? c.rawWeight("embeddings") : lora.weight(c, "embeddings");
    }
}
