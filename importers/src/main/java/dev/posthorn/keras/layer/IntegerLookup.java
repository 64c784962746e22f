package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Vocabulary;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;

/** Integers to their numbers in a vocabulary, or back. Source: keras/src/layers/preprocessing/integer_lookup.py. */
public record IntegerLookup(Vocabulary vocabulary, String dtype) implements SimpleLayer {
    public static final Codec<IntegerLookup> CODEC = Codec.of(
            "IntegerLookup",
            f -> new IntegerLookup(
                    f.group(Vocabulary.of(-1L), IntegerLookup::vocabulary),
                    f.of("vocabulary_dtype", FieldType.STRING, IntegerLookup::dtype, "int64")));

    public IntegerLookup {
        if (!dtype.equals("int64")) {
            throw new UnsupportedModelException("IntegerLookup: expected vocabulary_dtype int64 but was " + dtype);
        }
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return vocabulary.weights();
    }

    @Override
    public boolean namesWeights() {
        return true;
    }

    @Override
    public Map<String, Tensor> archived() {
        return vocabulary.archived();
    }

    @Override
    public List<String> assets() {
        return List.of(Vocabulary.FILE);
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        return vocabulary.encode(c, vocabulary.numbers(c, c.builder().cast(x, DType.INT64), DType.INT64), DType.INT64);
    }
}
