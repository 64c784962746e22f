package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.AsString;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Checked;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.HashBucket;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Tokens and their numbers: first the mask token where there is one and numbers are the result, then places for tokens
 * that are unknown, then the vocabulary, which the configuration gives or a file that lies beside the weights. Source:
 * keras/src/layers/preprocessing/index_lookup.py.
 *
 * @param oov how many numbers unknown tokens share
 * @param tokens the vocabulary, where the configuration gives it
 * @param idf weights of the vocabulary's tokens for TF_IDF, where the configuration gives them
 * @param size the number of numbers
 * @param keras2 whether vectors are of the compute dtype, as before Keras 3
 */
public record Vocabulary(
        Integer maxTokens,
        int oov,
        Object maskToken,
        Object oovToken,
        List<Object> tokens,
        List<Double> idf,
        Integer size,
        boolean invert,
        OutputMode outputMode,
        boolean sparse,
        boolean padToMaxTokens,
        String oovMethod,
        List<Long> salt,
        boolean keras2) {
    /** The file that holds an adapted vocabulary, a token a line. */
    public static final String FILE = "vocabulary.txt";

    private static final FieldType<List<Object>> TOKENS = FieldType.of(
                    "a list of tokens",
                    o -> Collections.unmodifiableList(new ArrayList<Object>((List<?>) Numbers.plain(o))),
                    l -> (Object) l)
            .orNull();

    private static final FieldType<List<Double>> WEIGHTS =
            FieldType.listOf(Numbers.FLOAT).orNull();

    /** The keys of a lookup layer. */
    public static Function<Fields<Vocabulary>, Vocabulary> of(Object oovToken) {
        return f -> new Vocabulary(
                f.of("max_tokens", FieldType.INT.orNull(), Vocabulary::maxTokens, null),
                f.of("num_oov_indices", FieldType.INT, Vocabulary::oov, 1),
                f.of("mask_token", FieldType.ANY, Vocabulary::maskToken),
                f.of("oov_token", FieldType.ANY, Vocabulary::oovToken, oovToken),
                f.of("vocabulary", TOKENS, Vocabulary::tokens),
                f.of("idf_weights", WEIGHTS, Vocabulary::idf),
                f.of("vocabulary_size", FieldType.INT.orNull(), Vocabulary::size),
                f.of("invert", FieldType.BOOL, Vocabulary::invert, false),
                f.of("output_mode", OutputMode.TYPE, Vocabulary::outputMode, OutputMode.INT),
                f.of("sparse", FieldType.BOOL, Vocabulary::sparse, false),
                f.of("pad_to_max_tokens", FieldType.BOOL, Vocabulary::padToMaxTokens, false),
                f.of(List.of("oov_method", ""), FieldType.STRING, Vocabulary::oovMethod, "floormod"),
                f.of(List.of("salt", ""), Numbers.SALT, Vocabulary::salt, null),
                older(f));
    }

    /** The keys of a layer that has a lookup layer inside: what they do not say is as that layer has it. */
    public static Function<Fields<Vocabulary>, Vocabulary> inner(Object maskToken, Object oovToken) {
        return f -> new Vocabulary(
                f.of("max_tokens", FieldType.INT.orNull(), Vocabulary::maxTokens, null),
                1,
                maskToken,
                oovToken,
                f.of("vocabulary", TOKENS, Vocabulary::tokens),
                f.of("idf_weights", WEIGHTS, Vocabulary::idf),
                f.of("vocabulary_size", FieldType.INT.orNull(), Vocabulary::size),
                false,
                f.of("output_mode", OutputMode.TYPE, Vocabulary::outputMode, OutputMode.INT),
                f.of("sparse", FieldType.BOOL, Vocabulary::sparse, false),
                f.of("pad_to_max_tokens", FieldType.BOOL, Vocabulary::padToMaxTokens, false),
                "floormod",
                null,
                older(f));
    }

    private static boolean older(Fields<Vocabulary> f) {
        return f.implied("vectors of the compute dtype", Vocabulary::keras2, f.dialect() != Dialect.KERAS3);
    }

    public Vocabulary {
        OutputMode.dense("vocabulary", sparse);
        if (oov < 0 || padToMaxTokens && maxTokens == null || invert && outputMode != OutputMode.INT) {
            throw new IllegalArgumentException(
                    "expected num_oov_indices of at least 0, max_tokens with pad_to_max_tokens, "
                            + "output_mode int with invert but was " + oov + ", " + maxTokens + ", " + outputMode);
        }
        if (!oovMethod.equals("floormod") && !oovMethod.equals("farmhash")) {
            throw new UnsupportedModelException("expected oov_method floormod or farmhash but was " + oovMethod);
        }
    }

    private int oovStart() {
        return maskToken != null && outputMode == OutputMode.INT ? 1 : 0;
    }

    private int tokenStart() {
        return oovStart() + oov;
    }

    /** The size of the vectors that stand for numbers, as far as the configuration says it. */
    private int depth(int vocabulary) {
        return padToMaxTokens ? maxTokens : vocabulary;
    }

    /** The weight that adapted files hold, if they do. */
    public List<Weight> weights() {
        if (outputMode != OutputMode.TF_IDF || idf != null) {
            return List.of();
        }
        Integer depth = padToMaxTokens ? maxTokens : size;
        if (depth == null) {
            throw new ModelFormatException("vocabulary: expected vocabulary_size but was null");
        }
        return List.of(new Weight("idf_weights", Shape.of(depth), DType.FLOAT32, false, true));
    }

    /** What archives hold of weights that the configuration gives: Keras reads them from there. */
    public Map<String, Tensor> archived() {
        if (outputMode != OutputMode.TF_IDF || idf == null || tokens == null) {
            return Map.of();
        }
        int own = plain(tokens).size();
        return Map.of("idf_weights", weights(own, depth(tokenStart() + own)));
    }

    /** The tokens after the special ones. */
    private List<Object> tokens(Call c, DType dtype) {
        return plain(tokens != null ? tokens : stored(c, dtype));
    }

    private List<Object> plain(List<Object> all) {
        List<Object> special = new ArrayList<>(Collections.nCopies(oovStart(), maskToken));
        special.addAll(Collections.nCopies(oov, oovToken));
        boolean found = all.size() >= special.size() && same(special, all.subList(0, special.size()));
        return found ? all.subList(special.size(), all.size()) : all;
    }

    private static boolean same(List<Object> a, List<Object> b) {
        for (int i = 0; i < a.size(); i++) {
            boolean numbers = a.get(i) instanceof Number && b.get(i) instanceof Number;
            boolean equal = numbers
                    ? ((Number) a.get(i)).longValue() == ((Number) b.get(i)).longValue()
                    : a.get(i) != null && a.get(i).equals(b.get(i));
            if (!equal) {
                return false;
            }
        }
        return true;
    }

    private List<Object> stored(Call c, DType dtype) {
        byte[] file = c.asset(FILE)
                .orElseThrow(() -> new UnsupportedModelException(
                        "vocabulary: expected a vocabulary in the configuration or in the file's assets but was none, at "
                                + c.path(),
                        List.of("an adapted vocabulary that the file does not hold")));
        return lines(file, dtype != DType.STRING, c.path());
    }

    /** The tokens in a file, a line each: texts, or numbers; {@code where} says whose they are. */
    public static List<Object> lines(byte[] file, boolean numbers, String where) {
        String text = new String(file, StandardCharsets.UTF_8);
        List<Object> lines = new ArrayList<>();
        // the ends of lines that Python's splitlines knows
        for (String line :
                text.split("\r\n|[\n\r\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]")) { // drops empty ones at the end
            lines.add(numbers ? (Object) number(line, where) : line);
        }
        return lines;
    }

    private static Long number(String line, String where) {
        try {
            return Long.valueOf(line.strip());
        } catch (NumberFormatException e) {
            throw new ModelFormatException(
                    "vocabulary: expected a number a line but was '" + line + "', at " + where, e);
        }
    }

    /** The numbers of the tokens {@code x[…]} as int64, or with {@code invert} the tokens of the numbers. */
    public Value numbers(Call c, Value x, DType dtype) {
        Builder b = c.builder();
        List<Object> own = tokens(c, dtype);
        long[] places = new long[own.size()];
        Arrays.setAll(places, i -> tokenStart() + i);
        Tensor places64 = Tensor.of(Shape.of(places.length), places);
        Tensor words = tensor(own, Shape.of(own.size()), dtype);
        if (invert) {
            Value found = b.add(new Lookup(new Table(places64, words)), x, b.constant(scalar(oovToken, dtype)));
            return maskToken == null
                    ? found
                    : b.select(
                            b.compare(Compare.Fn.EQ, x, b.constant(DType.INT64, 0)),
                            b.constant(scalar(maskToken, dtype)),
                            found);
        }
        Value other = b.constant(Tensor.of(Shape.SCALAR, new long[] {oov == 1 ? oovStart() : -1}));
        Value found = b.add(new Lookup(new Table(words, places64)), x, other);
        if (maskToken != null) {
            long mask = outputMode == OutputMode.INT ? 0 : Long.MAX_VALUE;
            Value isMask = b.compare(Compare.Fn.EQ, x, b.constant(scalar(maskToken, dtype)));
            found = b.select(isMask, b.constant(Tensor.of(Shape.SCALAR, new long[] {mask})), found);
        }
        if (oov == 0) {
            return b.add(new Checked(0, "tokens of the vocabulary, as there are no num_oov_indices,"), found);
        }
        return oov == 1 ? found : b.select(b.compare(Compare.Fn.EQ, found, other), shared(b, x), found);
    }

    /** One of the numbers of unknown tokens. */
    private Value shared(Builder b, Value x) {
        Value start = b.constant(DType.INT64, oovStart());
        if (x.dtype() != DType.STRING && !oovMethod.equals("farmhash")) {
            Value n = b.constant(DType.INT64, oov);
            return b.plus(b.minus(x, b.times(b.binary(Binary.Fn.FLOOR_DIV, x, n), n)), start);
        }
        Value text = x.dtype() == DType.STRING ? x : b.add(new AsString(), x);
        return b.plus(b.add(new HashBucket(oov, salt == null ? List.of() : salt), text), start);
    }

    /** What the output mode makes of numbers, which may be padded with ones that are too large; {@code dtype} is the tokens'. */
    public Value encode(Call c, Value numbers, DType dtype) {
        if (outputMode == OutputMode.INT) {
            return numbers;
        }
        Builder b = c.builder();
        List<Object> own = tokens(c, dtype);
        int depth = depth(tokenStart() + own.size());
        DType compute = c.policy().compute().isFloating() ? c.policy().compute() : DType.FLOAT32;
        Value y = outputMode.encode(c, numbers, depth, keras2 ? compute : DType.INT64, keras2);
        if (outputMode != OutputMode.TF_IDF) {
            return y;
        }
        Value weights = idf == null ? c.weight("idf_weights") : b.constant(weights(own.size(), depth));
        return b.times(b.cast(y, weights.dtype()), weights);
    }

    /** The weights of all numbers: unknown tokens weigh as much as the mean. */
    private Tensor weights(int own, int depth) {
        Tensor all = Tensor.zeros(TensorType.f32(depth));
        boolean special = idf.size() > own;
        double mean = idf.stream().mapToDouble(d -> d).average().orElse(0);
        int front = special ? 0 : tokenStart();
        for (int i = 0; i < Math.min(depth, front + idf.size()); i++) {
            all.setDouble(i, i < front ? mean : idf.get(i - front));
        }
        return all;
    }

    private static Tensor scalar(Object token, DType dtype) {
        return tensor(Collections.singletonList(token), Shape.SCALAR, dtype);
    }

    private static Tensor tensor(List<Object> tokens, Shape shape, DType dtype) {
        Tensor t = Tensor.zeros(new TensorType(dtype, shape));
        for (int i = 0; i < tokens.size(); i++) {
            if (dtype == DType.STRING) {
                t.byteStrings()[i] = String.valueOf(tokens.get(i)).getBytes(StandardCharsets.UTF_8);
            } else if (tokens.get(i) instanceof Number n) {
                t.setLong(i, n.longValue());
            } else {
                throw new ShapeException("vocabulary: expected numbers but was " + tokens.get(i));
            }
        }
        return t;
    }
}
