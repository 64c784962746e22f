package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;

/**
 * {@code y[batch×units] = max_k x[batch×in] · W[k×in×units] + b[k×units]}; a layer of Keras 1 only. Source: keras 1,
 * layers/core.py.
 */
public record MaxoutDense(
        int units, int features, boolean useBias, WeightOptions kernel, WeightOptions bias, Object activityRegularizer)
        implements SimpleLayer {
    public static final Codec<MaxoutDense> CODEC = Codec.of(
            "MaxoutDense",
            f -> new MaxoutDense(
                    f.of("units", FieldType.INT, MaxoutDense::units, null),
                    f.of("nb_feature", FieldType.INT, MaxoutDense::features, 4),
                    f.of("use_bias", FieldType.BOOL, MaxoutDense::useBias, true),
                    f.group(WeightOptions.of("kernel"), MaxoutDense::kernel),
                    f.group(WeightOptions.of("bias"), MaxoutDense::bias),
                    f.of("activity_regularizer", FieldType.ANY, MaxoutDense::activityRegularizer)));

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Weight w = Weight.of("kernel", features, inputs.get(0).shape().dim(-1), units);
        return useBias ? List.of(w, Weight.of("bias", features, units)) : List.of(w);
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        int in = x.shape().dim(-1);
        Value w = b.reshape(b.transpose(c.weight("kernel"), 1, 0, 2), in, features * units);
        Value y = b.reshape(b.matmul(x, w), b.dim(x, 0), Dim.of(features), Dim.of(units));
        y = useBias ? b.plus(y, c.weight("bias")) : y;
        return b.reduce(Reduce.Fn.MAX, y, false, 1);
    }
}
