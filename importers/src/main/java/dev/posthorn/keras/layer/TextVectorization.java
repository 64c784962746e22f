package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.RaggedToDense;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NGrams;
import dev.posthorn.ir.op.RegexReplace;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.StringCase;
import dev.posthorn.ir.op.StringSplit;
import dev.posthorn.ir.op.text.Encoding;
import dev.posthorn.ir.op.text.UnicodeDecode;
import dev.posthorn.ir.op.text.UnicodeEncode;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.OutputMode;
import dev.posthorn.keras.object.Vocabulary;
import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Texts to the numbers of their words: standardised, split, joined to n-grams, looked up. {@code x[batch] or x[batch×1] →
 * y[batch×words]}, or a vector for each text. Source: keras/src/layers/preprocessing/text_vectorization.py.
 *
 * @param ngrams the widths, or the largest of them, as the configuration says it
 */
public record TextVectorization(
        Vocabulary vocabulary,
        String standardize,
        String split,
        Object ngrams,
        Integer length,
        boolean ragged,
        String encoding)
        implements SimpleLayer {
    private static final String PUNCTUATION = "[!\"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\']";

    private static final FieldType<Object> NGRAMS = new FieldType<>(
            "a width, a list of widths or null",
            (o, c) -> o instanceof Map<?, ?> tuple ? tuple.get("items") : o,
            (n, c) -> n instanceof List<?> l && c.dialect() != Dialect.KERAS3 ? tuple(l) : n,
            true);

    public static final Codec<TextVectorization> CODEC = Codec.of(
            "TextVectorization",
            f -> new TextVectorization(
                    f.group(Vocabulary.inner("", "[UNK]"), TextVectorization::vocabulary),
                    f.of(
                            "standardize",
                            name("standardize"),
                            TextVectorization::standardize,
                            "lower_and_strip_punctuation"),
                    f.of("split", name("split"), TextVectorization::split, "whitespace"),
                    f.of("ngrams", NGRAMS, TextVectorization::ngrams),
                    f.of("output_sequence_length", FieldType.INT.orNull(), TextVectorization::length, null),
                    f.of("ragged", FieldType.BOOL, TextVectorization::ragged, false),
                    f.of("encoding", FieldType.STRING, TextVectorization::encoding, "utf-8")));

    public TextVectorization {
        StringLookup.utf8("TextVectorization", encoding);
        if (ragged) {
            throw new UnsupportedModelException("TextVectorization: expected ragged false but was true");
        }
        boolean known = standardize == null
                || List.of("lower_and_strip_punctuation", "lower", "strip_punctuation")
                        .contains(standardize);
        if (!known || split != null && !split.equals("whitespace") && !split.equals("character")) {
            throw new UnsupportedModelException(
                    "TextVectorization: expected known standardize and split but was " + standardize + " and " + split);
        }
        if (vocabulary.outputMode() == OutputMode.ONE_HOT && split != null) {
            throw new UnsupportedModelException(
                    "TextVectorization: expected another output_mode with split but was one_hot");
        }
    }

    /** A function's name; a function of the user's own has none, and no code in the file. */
    private static FieldType<String> name(String key) {
        return FieldType.of(
                        "a name",
                        o -> {
                            if (o instanceof String s) {
                                return s;
                            }
                            throw new UnsupportedModelException(
                                    "TextVectorization: expected " + key + " by name but was custom: " + o);
                        },
                        s -> (Object) s)
                .orNull();
    }

    /** As Keras 2 reads it, which takes a list for none. Source: keras/saving/legacy/saved_model/json_utils.py. */
    private static Map<String, Object> tuple(List<?> items) {
        Map<String, Object> tuple = new LinkedHashMap<>();
        tuple.put("class_name", "__tuple__");
        tuple.put("items", items);
        return tuple;
    }

    private List<Integer> widths() {
        return ngrams instanceof List<?> l
                ? l.stream().map(n -> ((Number) n).intValue()).toList()
                : IntStream.rangeClosed(1, ((Number) ngrams).intValue()).boxed().toList();
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
    public List<String> mirrors() {
        return List.of("_lookup_layer");
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
        Builder b = c.builder();
        Value x = input;
        if (standardize != null && standardize.startsWith("lower")) {
            x = b.add(new StringCase(false, false), x);
        }
        if (standardize != null && standardize.endsWith("strip_punctuation")) {
            x = b.add(new RegexReplace(PUNCTUATION, "", true), x);
        }
        return split == null ? whole(c, ngrams == null ? x : grams(c, x)) : words(c, b.reshape(x, -1));
    }

    /** Texts that are looked up as they are. */
    private Value whole(Call c, Value x) {
        Builder b = c.builder();
        Value y = vocabulary.encode(c, vocabulary.numbers(c, x, DType.STRING), DType.STRING);
        if (vocabulary.outputMode() != OutputMode.INT || length == null) {
            return y;
        }
        Dim[] dims = b.dims(y);
        Dim n = dims[dims.length - 1];
        dims[dims.length - 1] = Dim.of(length);
        Value zeros = b.broadcastTo(b.constant(DType.INT64, 0), dims);
        return n.isKnown() && n.known() >= length
                ? b.slice(y, -1, 0, length)
                : b.slice(b.concat(-1, List.of(y, zeros)), -1, 0, length);
    }

    /** {@code x[b×n] → y[b×m]}: what n texts give in each row. */
    private Value grams(Call c, Value x) {
        Builder b = c.builder();
        int n = x.shape().rank() == 2 ? x.shape().dim(1) : -1;
        if (n < 0) {
            throw new UnsupportedModelException(
                    "TextVectorization: expected rows of a known number of texts, for there are"
                            + " ngrams but no split, but was " + x.type() + ", at " + c.path());
        }
        Value rows = b.add(new Iota(DType.INT32), b.binary(Binary.Fn.ADD, count(b, x), 1));
        Value splits = b.cast(b.binary(Binary.Fn.MUL, rows, n), DType.INT64);
        Value grams = b.addAll(new NGrams(" ", widths()), List.of(b.reshape(x, -1), splits))
                .get(0);
        int m = widths().stream().mapToInt(w -> Math.max(0, n - w + 1)).sum();
        return b.reshape(grams, b.dim(x, 0), Dim.of(m));
    }

    private Value words(Call c, Value x) {
        Builder b = c.builder();
        Value words;
        Value splits;
        if (split.equals("whitespace")) {
            List<Value> parts = b.addAll(new StringSplit("", -1), List.of(x));
            words = parts.get(1);
            splits = starts(b, b.reshape(b.slice(parts.get(0), 1, 0, 1), -1), count(b, x));
        } else {
            List<Value> points = b.addAll(new UnicodeDecode(Encoding.UTF_8), List.of(x));
            splits = points.get(0);
            Value each = b.cast(
                    b.add(new Iota(DType.INT32), b.binary(Binary.Fn.ADD, count(b, points.get(1)), 1)), DType.INT64);
            words = b.add(new UnicodeEncode(Encoding.UTF_8), points.get(1), each);
        }
        if (ngrams != null) {
            List<Value> grams = b.addAll(new NGrams(" ", widths()), List.of(words, splits));
            words = grams.get(0);
            splits = grams.get(1);
        }
        boolean numbers = vocabulary.outputMode() == OutputMode.INT;
        Value filler = b.constant(Tensor.of(Shape.SCALAR, new long[] {numbers ? 0 : Long.MAX_VALUE}));
        Value found = vocabulary.numbers(c, words, DType.STRING);
        return vocabulary.encode(
                c,
                b.add(new RaggedToDense(numbers && length != null ? length : -1), found, splits, filler),
                DType.STRING);
    }

    /** Where each of n rows starts and the last one ends, given the row of every element. */
    private static Value starts(Builder b, Value rows, Value n) {
        Value borders = b.cast(b.add(new Iota(DType.INT32), b.binary(Binary.Fn.ADD, n, 1)), DType.INT64);
        return b.add(new SearchSorted(false, DType.INT64), rows, borders);
    }

    private static Value count(Builder b, Value x) {
        Dim n = b.dim(x, 0);
        return n.isKnown() ? b.constant(DType.INT32, n.known()) : n.value();
    }
}
