package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Int4;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.keras.operation.Promotion;
import java.util.ArrayList;
import java.util.List;

/**
 * An {@link Embedding} that, called with {@code reverse}, turns vectors into scores of all rows,
 * {@code y[…×in] = x[…×out] · kernel[out×in]}, the kernel being the table transposed or one of its own. Source:
 * keras/src/layers/core/reversible_embedding.py.
 *
 * @param tieWeights whether both directions share the table
 * @param reverseDtype the type to compute scores in; null for that of the operands
 * @param logitSoftCap what bounds the scores, {@code cap·tanh(y/cap)}; null for nothing
 */
public record ReversibleEmbedding(Embedding embedding, boolean tieWeights, DType reverseDtype, Double logitSoftCap)
        implements Layer {
    private static final String REVERSE = "reverse_embeddings";

    private static final FieldType<DType> DTYPE = FieldType.of(
            "a dtype", o -> DType.ofKeras((String) o).orElseThrow(IllegalArgumentException::new), DType::keras);
    public static final Codec<ReversibleEmbedding> CODEC = Codec.of(
            "ReversibleEmbedding",
            f -> new ReversibleEmbedding(
                    f.group(Embedding::of, ReversibleEmbedding::embedding),
                    f.of("tie_weights", FieldType.BOOL, ReversibleEmbedding::tieWeights, true),
                    f.of("reverse_dtype", DTYPE.orNull(), ReversibleEmbedding::reverseDtype),
                    f.of("logit_soft_cap", FieldType.FLOAT.orNull(), ReversibleEmbedding::logitSoftCap)));

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>(embedding.weights(inputs));
        if (!tieWeights) {
            weights.add(Weight.of(REVERSE, embedding.outputDim(), embedding.inputDim()));
        }
        return weights;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs, DTypePolicy policy) {
        if (policy.mode().isEmpty()) {
            return weights(inputs);
        }
        List<Weight> weights = new ArrayList<>(embedding.weights(inputs, policy));
        if (!tieWeights) {
            int in = embedding.inputDim();
            int out = embedding.outputDim();
            int block = Quantization.block(policy);
            int[] each = block < 0 ? new int[] {in} : new int[] {(out + block - 1) / block, in};
            int rows = Quantization.isInt4(policy) ? (out + 1) / 2 : out;
            weights.add(Quantization.number(REVERSE, Shape.of(rows, in)));
            weights.add(Weight.frozen(REVERSE + "_scale", each));
            if (block >= 0) {
                weights.add(Weight.frozen(REVERSE + "_zero", each));
            }
        }
        return weights;
    }

    @Override
    public boolean quantizes(String mode) {
        return embedding.quantizes(mode);
    }

    @Override
    public Quantization quantization() {
        return embedding.quantization();
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        boolean reverse = c.argument("reverse", 1).map(Boolean.TRUE::equals).orElse(false);
        return reverse ? List.of(KerasTensor.of(scores(c))) : embedding.call(c);
    }

    private Value scores(Call c) {
        Builder b = c.builder();
        Value y = c.policy().mode().isEmpty() ? product(c) : quantized(c);
        return logitSoftCap == null
                ? y
                : b.binary(
                        Binary.Fn.MUL, b.unary(Unary.Fn.TANH, b.binary(Binary.Fn.DIV, y, logitSoftCap)), logitSoftCap);
    }

    /** The product with quantized inputs and the quantized table, transposed. */
    private Value quantized(Call c) {
        Builder b = c.builder();
        DType dtype = c.policy().compute();
        String name = tieWeights ? "embeddings" : REVERSE;
        Value numbers = b.cast(numbers(c, name), dtype);
        Value scale = c.weight(name + "_scale");
        Value x = b.cast(c.x(), dtype);
        Value over = null;
        if (embedding.quantization().quantizesInputs(true)) {
            Quantization.Scaled in = Quantization.quantized(b, x, new int[] {-1});
            x = b.cast(in.numbers(), dtype);
            over = in.scale();
        }
        if (Quantization.block(c.policy()) < 0) {
            return b.over(b.matmul(x, numbers), over == null ? scale : b.times(over, scale));
        }
        Value groups = b.cast(c.rawWeight("g_idx"), DType.INT32);
        Value zero = b.cast(c.rawWeight(name + "_zero"), dtype);
        Value zeros = b.gather(tieWeights ? b.transpose(zero, 1, 0) : zero, groups, 0);
        Value scales = b.gather(tieWeights ? b.transpose(scale, 1, 0) : scale, groups, 0);
        Value y = b.matmul(x, b.times(b.minus(numbers, zeros), scales));
        return over == null ? y : b.over(y, over);
    }

    /** The table's numbers {@code [out×in]}. */
    private Value numbers(Call c, String name) {
        Builder b = c.builder();
        Value stored = c.rawWeight(name);
        boolean packed = Quantization.isInt4(c.policy());
        if (tieWeights) {
            return b.transpose(packed ? Int4.unpacked(b, stored, embedding.outputDim()) : stored, 1, 0);
        }
        return packed ? Int4.unpackedRows(b, stored, embedding.outputDim()) : stored;
    }

    private Value product(Call c) {
        Builder b = c.builder();
        Value x = c.x();
        Value kernel = tieWeights ? b.transpose(embedding.table(c), 1, 0) : c.rawWeight(REVERSE);
        DType dtype = reverseDtype == null ? Promotion.of(x.dtype(), kernel.dtype()) : reverseDtype;
        return b.matmul(b.cast(x, dtype), b.cast(kernel, dtype));
    }
}
