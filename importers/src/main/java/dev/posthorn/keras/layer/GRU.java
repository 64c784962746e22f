package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.LayerNode;
import java.util.ArrayList;
import java.util.List;

/** A gated recurrent unit over a sequence. Source: keras/src/layers/rnn/gru.py. */
public record GRU(GRUCell cell, RecurrentOptions options, Object activityRegularizer) implements Recurrent {
    public static final Codec<GRU> CODEC = Codec.of(
            "GRU",
            f -> new GRU(
                    f.group(GRUCell::of, GRU::cell),
                    f.group(RecurrentOptions::of, GRU::options),
                    f.of("activity_regularizer", FieldType.ANY, GRU::activityRegularizer)));

    @Override
    public GRU withOptions(RecurrentOptions other) {
        return new GRU(cell, other, activityRegularizer);
    }

    @Override
    public LayerNode cellNode(DTypePolicy policy) {
        return LayerNode.inner("gru_cell", cell, policy);
    }

    @Override
    public List<Value> run(Call c, Value x, List<Value> states, Value maskOrNull) {
        List<Value> masks = masks(c, x, states);
        if (masks.size() > 1 || !cell.isFused()) {
            return Recurrent.super.run(c, x, states, maskOrNull, masks);
        }
        Value dropped = masks.isEmpty() ? x : c.builder().times(x, c.builder().expandDims(masks.get(0), 1));
        Call inner = c.open(cellNode(c.policy()), List.of(KerasTensor.of(x)));
        List<Value> in = new ArrayList<>(List.of(dropped, inner.weight("kernel"), inner.weight("recurrent_kernel")));
        in.addAll(cell.biases(inner));
        in.addAll(states);
        if (maskOrNull != null) {
            in.add(maskOrNull);
        }
        return c.builder()
                .addAll(cell.loop(options.goBackwards(), maskOrNull != null, options.zeroOutputForMask()), in);
    }
}
