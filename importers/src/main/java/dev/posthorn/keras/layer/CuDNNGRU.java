package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.DropoutOptions;
import dev.posthorn.keras.object.WeightOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Keras 2's GRU on cuDNN: {@link GRU} with tanh, sigmoid and the reset gate after the product, whose kernels stand as
 * those of {@link CuDNNLSTM}. Source: keras 2, layers/cudnn_recurrent.py, saving/hdf5_format.py.
 */
public record CuDNNGRU(
        int units,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        RecurrentOptions options,
        Object activityRegularizer)
        implements Recurrent {
    public static final Codec<CuDNNGRU> CODEC = Codec.of(
            "CuDNNGRU",
            f -> new CuDNNGRU(
                    f.of("units", FieldType.INT, CuDNNGRU::units, null),
                    f.group(WeightOptions.of("kernel"), CuDNNGRU::kernel),
                    f.group(WeightOptions.of("recurrent"), CuDNNGRU::recurrent),
                    f.group(WeightOptions.of("bias"), CuDNNGRU::bias),
                    f.group(RecurrentOptions::of, CuDNNGRU::options),
                    f.of("activity_regularizer", FieldType.ANY, CuDNNGRU::activityRegularizer)));

    @Override
    public CuDNNGRU withOptions(RecurrentOptions other) {
        return new CuDNNGRU(units, kernel, recurrent, bias, other, activityRegularizer);
    }

    @Override
    public LayerNode cellNode(DTypePolicy policy) { // for its state: the weights are the layer's own
        return LayerNode.inner(
                "gru_cell",
                new GRUCell(
                        units,
                        Activation.of("tanh"),
                        Activation.of("sigmoid"),
                        true,
                        kernel,
                        recurrent,
                        bias,
                        new DropoutOptions(0, 0, null),
                        true,
                        2),
                policy);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return List.of();
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        weights.add(Weight.of("kernel", inputs.get(0).shape().dim(-1), 3 * units));
        weights.add(Weight.of("recurrent_kernel", units, 3 * units));
        weights.add(Weight.of("bias", 6 * units));
        weights.addAll(Recurrent.super.weights(inputs));
        return weights;
    }

    @Override
    public List<Value> run(Call c, Value x, List<Value> states, Value maskOrNull) {
        Builder b = c.builder();
        List<Value> in = new ArrayList<>(List.of(
                x,
                CuDNNLSTM.ordered(b, c.weight("kernel"), units),
                CuDNNLSTM.ordered(b, c.weight("recurrent_kernel"), units)));
        in.addAll(b.split(c.weight("bias"), 0, 3 * units, 3 * units));
        in.addAll(states);
        if (maskOrNull != null) {
            in.add(maskOrNull);
        }
        Gru loop = new Gru(
                Activation.of("tanh").op(),
                Activation.of("sigmoid").op(),
                true,
                options.goBackwards(),
                maskOrNull != null,
                options.zeroOutputForMask());
        return b.addAll(loop, in);
    }
}
