package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Locale;

/** What a layer makes of category numbers. Source: keras/src/utils/numerical_utils.py. */
public enum OutputMode {
    /** The numbers. */
    INT,
    /** A vector for each number. */
    ONE_HOT,
    /** A vector for each sample: which numbers occur. */
    MULTI_HOT,
    /** A vector for each sample: how often each number occurs. */
    COUNT,
    /** COUNT, weighted by how much a number says of a sample. */
    TF_IDF;

    /** Keras 2 also calls MULTI_HOT binary, and TF_IDF tf-idf. */
    public static final FieldType<OutputMode> TYPE =
            FieldType.of("an output mode", o -> read((String) o), OutputMode::keras);

    private static OutputMode read(String name) {
        return switch (name) {
            case "binary" -> MULTI_HOT;
            case "tf-idf" -> TF_IDF;
            default -> valueOf(name.toUpperCase(Locale.ROOT));
        };
    }

    private String keras() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Refuses sparse results, which have no place here. */
    public static void dense(String layer, boolean sparse) {
        if (sparse) {
            throw new UnsupportedModelException(
                    layer + ": expected sparse false but was true", List.of(layer + " sparse true"));
        }
    }

    /**
     * Category numbers below {@code depth} in this form; TF_IDF gives the counts.
     *
     * @param keras2 whether vectors are at most rows, as before Keras 3
     */
    public Value encode(Call c, Value numbers, int depth, DType dtype, boolean keras2) {
        Builder b = c.builder();
        if (this == INT) {
            return b.cast(numbers, dtype);
        }
        Value x = numbers.shape().rank() == 0 ? b.expandDims(numbers, 0) : numbers;
        int rank = x.shape().rank();
        boolean grows = this == ONE_HOT && x.shape().dim(-1) != 1;
        if (keras2 && rank + (grows ? 1 : 0) > 2) {
            String mode = "output_mode " + keras() + " of " + numbers.type();
            throw new UnsupportedModelException(
                    "expected a result of at most two axes, the most that Keras 2 encodes, but was that of " + mode
                            + ", at " + c.path() + " (Keras 3 has it: --dialect keras3)",
                    List.of(mode + ", of which Keras 2 makes at most two axes, at " + c.path()));
        }
        if (this == ONE_HOT) {
            return oneHot(b, rank > 1 && x.shape().dim(-1) == 1 ? b.squeeze(x, -1) : x, depth, dtype);
        }
        if (rank <= 2) {
            return b.add(new BinCount(depth, this == MULTI_HOT, dtype), x);
        }
        Reduce.Fn fn = this == MULTI_HOT ? Reduce.Fn.MAX : Reduce.Fn.SUM;
        return b.reduce(fn, oneHot(b, x, depth, dtype), false, 1);
    }

    private static Value oneHot(Builder b, Value x, int depth, DType dtype) {
        Value classes = b.cast(b.add(new Iota(DType.INT32), b.constant(DType.INT32, depth)), x.dtype());
        return b.cast(b.compare(Compare.Fn.EQ, b.expandDims(x, -1), classes), dtype);
    }
}
