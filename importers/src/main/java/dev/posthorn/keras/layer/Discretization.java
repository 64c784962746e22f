package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.OutputMode;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/**
 * The number of boundaries that are not above a value, as a category. Source:
 * keras/src/layers/preprocessing/discretization.py.
 *
 * @param keras2 whether categories are int64, as before Keras 3, and not int32
 */
public record Discretization(
        List<Double> boundaries, Integer bins, double epsilon, OutputMode outputMode, boolean sparse, boolean keras2)
        implements SimpleLayer {
    public static final Codec<Discretization> CODEC = Codec.of(
            "Discretization",
            f -> new Discretization(
                    f.of("bin_boundaries", FieldType.listOf(Numbers.FLOAT).orNull(), Discretization::boundaries),
                    f.of("num_bins", FieldType.INT.orNull(), Discretization::bins),
                    f.of("epsilon", Numbers.FLOAT, Discretization::epsilon, 0.01),
                    f.of("output_mode", OutputMode.TYPE, Discretization::outputMode, OutputMode.INT),
                    f.of("sparse", FieldType.BOOL, Discretization::sparse, false),
                    f.implied("numbers in int64", Discretization::keras2, f.dialect() != Dialect.KERAS3)));

    public Discretization {
        OutputMode.dense("Discretization", sparse);
        if (boundaries == null) {
            throw new UnsupportedModelException(
                    "Discretization: expected bin_boundaries but was null: it was saved before it was adapted");
        }
        if (outputMode == OutputMode.TF_IDF) {
            throw new IllegalArgumentException("expected another output_mode but was tf_idf");
        }
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        Value x = b.cast(input, DType.FLOAT32);
        float[] sorted = new float[boundaries.size()];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = boundaries.get(i).floatValue();
        }
        Value number =
                b.add(new SearchSorted(true, DType.INT32), b.constant(Tensor.of(Shape.of(sorted.length), sorted)), x);
        DType compute = c.policy().compute().isFloating() ? c.policy().compute() : DType.FLOAT32;
        DType dtype = outputMode != OutputMode.INT ? compute : keras2 ? DType.INT64 : DType.INT32;
        return outputMode.encode(c, number, sorted.length + 1, dtype, keras2);
    }
}
