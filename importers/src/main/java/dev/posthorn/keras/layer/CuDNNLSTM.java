package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Lstm;
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
 * Keras 2's LSTM on cuDNN: {@link LSTM} with tanh and sigmoid, whose kernels stand gate by gate in cuDNN's order of
 * elements and which has two biases that add up. Source: keras 2, layers/cudnn_recurrent.py, saving/hdf5_format.py.
 */
public record CuDNNLSTM(
        int units,
        boolean unitForgetBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        RecurrentOptions options,
        Object activityRegularizer)
        implements Recurrent {
    public static final Codec<CuDNNLSTM> CODEC = Codec.of(
            "CuDNNLSTM",
            f -> new CuDNNLSTM(
                    f.of("units", FieldType.INT, CuDNNLSTM::units, null),
                    f.of("unit_forget_bias", FieldType.BOOL, CuDNNLSTM::unitForgetBias, true),
                    f.group(WeightOptions.of("kernel"), CuDNNLSTM::kernel),
                    f.group(WeightOptions.of("recurrent"), CuDNNLSTM::recurrent),
                    f.group(WeightOptions.of("bias"), CuDNNLSTM::bias),
                    f.group(RecurrentOptions::of, CuDNNLSTM::options),
                    f.of("activity_regularizer", FieldType.ANY, CuDNNLSTM::activityRegularizer)));

    @Override
    public CuDNNLSTM withOptions(RecurrentOptions other) {
        return new CuDNNLSTM(units, unitForgetBias, kernel, recurrent, bias, other, activityRegularizer);
    }

    @Override
    public LayerNode cellNode(DTypePolicy policy) { // for its states: the weights are the layer's own
        return LayerNode.inner(
                "lstm_cell",
                new LSTMCell(
                        units,
                        Activation.of("tanh"),
                        Activation.of("sigmoid"),
                        true,
                        unitForgetBias,
                        kernel,
                        recurrent,
                        bias,
                        new DropoutOptions(0, 0, null),
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
        weights.add(Weight.of("kernel", inputs.get(0).shape().dim(-1), 4 * units));
        weights.add(Weight.of("recurrent_kernel", units, 4 * units));
        weights.add(Weight.of("bias", 8 * units));
        weights.addAll(Recurrent.super.weights(inputs));
        return weights;
    }

    @Override
    public List<Value> run(Call c, Value x, List<Value> states, Value maskOrNull) {
        Builder b = c.builder();
        List<Value> biases = b.split(c.weight("bias"), 0, 4 * units, 4 * units);
        List<Value> in = new ArrayList<>(List.of(
                x,
                ordered(b, c.weight("kernel"), units),
                ordered(b, c.weight("recurrent_kernel"), units),
                b.plus(biases.get(0), biases.get(1))));
        in.addAll(states);
        if (maskOrNull != null) {
            in.add(maskOrNull);
        }
        Lstm loop = new Lstm(
                Activation.of("tanh").op(),
                Activation.of("sigmoid").op(),
                options.goBackwards(),
                maskOrNull != null,
                options.zeroOutputForMask());
        return b.addAll(loop, in);
    }

    /** A kernel of cuDNN, {@code [n×g·u]}: the elements of each gate's {@code [n×u]} are those of a {@code [u×n]}. */
    static Value ordered(Builder b, Value kernel, int units) {
        int n = kernel.shape().dim(0);
        List<Value> gates = new ArrayList<>();
        for (int from = 0; from < kernel.shape().dim(1); from += units) {
            gates.add(b.transpose(b.reshape(b.slice(kernel, 1, from, from + units), units, n), 1, 0));
        }
        return b.concat(1, gates);
    }
}
