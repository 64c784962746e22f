package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.object.DropoutOptions;
import java.util.ArrayList;
import java.util.List;

/** A fully connected recurrent layer over a sequence. Source: keras/src/layers/rnn/simple_rnn.py. */
public record SimpleRNN(SimpleRNNCell cell, RecurrentOptions options, Object activityRegularizer) implements Recurrent {
    public static final Codec<SimpleRNN> CODEC = Codec.of(
            "SimpleRNN",
            f -> new SimpleRNN(
                    f.group(SimpleRNNCell.of(DropoutOptions::unseeded), SimpleRNN::cell),
                    f.group(RecurrentOptions::of, SimpleRNN::options),
                    f.of("activity_regularizer", FieldType.ANY, SimpleRNN::activityRegularizer)));

    @Override
    public SimpleRNN withOptions(RecurrentOptions other) {
        return new SimpleRNN(cell, other, activityRegularizer);
    }

    @Override
    public LayerNode cellNode(DTypePolicy policy) {
        return LayerNode.inner("simple_rnn_cell", cell, policy);
    }

    @Override
    public List<Value> run(Call c, Value x, List<Value> states, Value maskOrNull) {
        List<Value> masks = masks(c, x, states);
        if (cell.dropout().recurrentDropout() > 0 && !masks.isEmpty() || !cell.isFused()) {
            return Recurrent.super.run(c, x, states, maskOrNull, masks);
        }
        Value dropped = masks.isEmpty() ? x : c.builder().times(x, c.builder().expandDims(masks.get(0), 1));
        Call inner = c.open(cellNode(c.policy()), List.of(KerasTensor.of(x)));
        List<Value> in = new ArrayList<>(
                List.of(dropped, inner.weight("kernel"), inner.weight("recurrent_kernel"), cell.bias(inner)));
        in.addAll(states);
        if (maskOrNull != null) {
            in.add(maskOrNull);
        }
        SimpleRnn loop = new SimpleRnn(
                cell.activation().op(), options.goBackwards(), maskOrNull != null, options.zeroOutputForMask());
        return c.builder().addAll(loop, in);
    }
}
