package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.AsString;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.HashBucket;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.OutputMode;
import java.util.List;

/**
 * The hash of a string or number as a category; with a mask value that one is category 0. Numbers are hashed as they are
 * written. Source: keras/src/layers/preprocessing/hashing.py.
 *
 * @param salt the two numbers that make the hash a keyed one
 * @param keras2 whether vectors are at most rows, as before Keras 3
 */
public record Hashing(
        int bins, List<Long> salt, Object maskValue, OutputMode outputMode, boolean sparse, boolean keras2)
        implements SimpleLayer {
    public static final Codec<Hashing> CODEC = Codec.of(
            "Hashing",
            f -> new Hashing(
                    f.of("num_bins", FieldType.INT, Hashing::bins, null),
                    f.of("salt", Numbers.SALT, Hashing::salt),
                    f.of("mask_value", FieldType.ANY, Hashing::maskValue),
                    f.of("output_mode", OutputMode.TYPE, Hashing::outputMode, OutputMode.INT),
                    f.of("sparse", FieldType.BOOL, Hashing::sparse, false),
                    f.implied("", Hashing::keras2, f.dialect() != Dialect.KERAS3)));

    public Hashing {
        OutputMode.dense("Hashing", sparse);
        if (bins < 1 || salt != null && salt.size() != 2) {
            throw new IllegalArgumentException(
                    "expected bins and a salt of two numbers but was " + bins + " and " + salt);
        }
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
        int rank = input.shape().rank();
        boolean squeezed =
                outputMode == OutputMode.ONE_HOT && rank > 0 && input.shape().dim(-1) == 1;
        Value x = squeezed ? b.squeeze(input, -1) : input;
        return outputMode.encode(c, number(b, x), bins, c.policy().compute(), keras2);
    }

    private Value number(Builder b, Value x) {
        boolean masked = maskValue != null && bins > 1;
        Value whole = x.dtype().isFloating() ? b.cast(x, DType.INT64) : x;
        Value text = whole.dtype() == DType.STRING ? whole : b.add(new AsString(), whole);
        Value hash = b.add(new HashBucket(masked ? bins - 1 : bins, salt == null ? List.of() : salt), text);
        if (!masked) {
            return hash;
        }
        Value mask = b.compare(
                Compare.Fn.EQ,
                x,
                b.constant(
                        x.dtype() == DType.STRING
                                ? Tensor.of(Shape.SCALAR, (String) maskValue)
                                : Numbers.tensor(maskValue, x.dtype())));
        return b.select(mask, b.constant(DType.INT64, 0), b.plus(hash, b.constant(DType.INT64, 1)));
    }
}
