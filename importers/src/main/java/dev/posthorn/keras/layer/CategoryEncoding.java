package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.OutputMode;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Optional;

/**
 * Category numbers as vectors: {@code x[…×n] → y[…×tokens]}; counts may be weighted by an argument {@code count_weights}.
 * Source: keras/src/layers/preprocessing/category_encoding.py.
 *
 * @param keras2 whether vectors are at most rows, as before Keras 3
 */
public record CategoryEncoding(int tokens, OutputMode outputMode, boolean sparse, boolean keras2) implements Layer {
    public static final Codec<CategoryEncoding> CODEC = Codec.of(
            "CategoryEncoding",
            f -> new CategoryEncoding(
                    f.of(
                            List.of("num_tokens", "num_tokens", "max_tokens"),
                            FieldType.INT,
                            CategoryEncoding::tokens,
                            null),
                    f.of("output_mode", OutputMode.TYPE, CategoryEncoding::outputMode, OutputMode.MULTI_HOT),
                    f.old("sparse", FieldType.BOOL, CategoryEncoding::sparse, false),
                    f.implied("", CategoryEncoding::keras2, f.dialect() != Dialect.KERAS3)));

    public CategoryEncoding {
        OutputMode.dense("CategoryEncoding", sparse);
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        Value x = c.input().value();
        DType dtype = c.policy().compute();
        Value numbers = x.dtype() == DType.INT64 ? x : b.cast(x, DType.INT32);
        Optional<Object> weights = c.argument("count_weights", 1);
        if (weights.isEmpty()) {
            return List.of(KerasTensor.of(outputMode.encode(c, numbers, tokens, dtype, keras2)));
        }
        if (outputMode != OutputMode.COUNT || x.shape().rank() > 2) {
            throw new UnsupportedModelException(
                    "CategoryEncoding: expected count_weights with output_mode count and rows of " + "numbers but was "
                            + outputMode + " of " + x.type() + ", at " + c.path());
        }
        Value w = b.cast(((KerasTensor) weights.get()).value(), dtype);
        return List.of(KerasTensor.of(b.add(new BinCount(tokens, false, dtype), numbers, w)));
    }
}
