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
import java.util.Locale;
import java.util.Map;

/** Strings to their numbers in a vocabulary, or back. Source: keras/src/layers/preprocessing/string_lookup.py. */
public record StringLookup(Vocabulary vocabulary, String encoding) implements SimpleLayer {
    public static final Codec<StringLookup> CODEC = Codec.of(
            "StringLookup",
            f -> new StringLookup(
                    f.group(Vocabulary.of("[UNK]"), StringLookup::vocabulary),
                    f.of("encoding", FieldType.STRING, StringLookup::encoding, "utf-8")));

    public StringLookup {
        utf8("StringLookup", encoding);
    }

    static void utf8(String layer, String encoding) {
        if (!encoding.toLowerCase(Locale.ROOT).replace("-", "").equals("utf8")) {
            throw new UnsupportedModelException(layer + ": expected encoding utf-8 but was " + encoding);
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
    public Value call(Call c, Value input) {
        Value x = vocabulary.invert() ? c.builder().cast(input, DType.INT64) : input;
        return vocabulary.encode(c, vocabulary.numbers(c, x, DType.STRING), DType.STRING);
    }
}
