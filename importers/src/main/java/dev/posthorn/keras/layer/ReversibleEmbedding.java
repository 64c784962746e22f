package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
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
            weights.add(Weight.of("reverse_embeddings", embedding.outputDim(), embedding.inputDim()));
        }
        return weights;
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
        Value x = c.x();
        Value kernel = tieWeights ? b.transpose(embedding.table(c), 1, 0) : c.rawWeight("reverse_embeddings");
        DType dtype = reverseDtype == null ? Promotion.of(x.dtype(), kernel.dtype()) : reverseDtype;
        Value y = b.matmul(b.cast(x, dtype), b.cast(kernel, dtype));
        return logitSoftCap == null
                ? y
                : b.binary(
                        Binary.Fn.MUL, b.unary(Unary.Fn.TANH, b.binary(Binary.Fn.DIV, y, logitSoftCap)), logitSoftCap);
    }
}
