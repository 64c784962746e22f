package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.HashCross;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.OutputMode;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The hash of several categories together as a category: {@code x₁[…], x₂[…], … → y[…]}. Source:
 * keras/src/layers/preprocessing/hashed_crossing.py.
 */
public record HashedCrossing(int bins, OutputMode outputMode, boolean sparse) implements Layer {
    public static final Codec<HashedCrossing> CODEC = Codec.of(
            "HashedCrossing",
            f -> new HashedCrossing(
                    f.of("num_bins", FieldType.INT, HashedCrossing::bins, null),
                    f.of("output_mode", OutputMode.TYPE, HashedCrossing::outputMode, OutputMode.INT),
                    f.of("sparse", FieldType.BOOL, HashedCrossing::sparse, false)));

    public HashedCrossing {
        OutputMode.dense("HashedCrossing", sparse);
        if (outputMode != OutputMode.INT && outputMode != OutputMode.ONE_HOT) {
            throw new IllegalArgumentException("expected output_mode int or one_hot but was " + outputMode);
        }
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<Value> x = c.inputs().stream().map(KerasTensor::value).toList();
        int rank = x.get(0).shape().rank();
        if (x.size() < 2 || rank > 2 || rank == 2 && x.get(0).shape().dim(1) != 1) {
            throw new ShapeException("HashedCrossing: expected two inputs or more of one feature each but was "
                    + c.inputTypes() + ", at " + c.path());
        }
        Value number = c.builder()
                .addAll(new HashCross(bins, HashCross.DEFAULT_KEY), x)
                .get(0);
        return List.of(
                KerasTensor.of(outputMode.encode(c, number, bins, c.policy().compute(), false)));
    }
}
