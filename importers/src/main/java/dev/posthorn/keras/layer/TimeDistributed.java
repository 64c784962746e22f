package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A layer applied to each step of a sequence: {@code x[b×t×…] → y[b×t×…]}, computed as one call on {@code [(b·t)×…]}; but
 * where that would mix what the steps have of a batch in training, in one call a step. Keras 3 calls the layer past its own
 * dispatch ({@link Call#isDirect}). Source: keras/src/layers/rnn/time_distributed.py.
 *
 * @param keras2 whether it is one call in any case, as in Keras 2
 */
public record TimeDistributed(LayerNode layer, boolean keras2) implements Layer {
    public static final Codec<TimeDistributed> CODEC = Codec.of(
            "TimeDistributed",
            f -> new TimeDistributed(
                    f.of("layer", LayerReader.TYPE, TimeDistributed::layer, null),
                    f.implied("one call for all steps", TimeDistributed::keras2, f.dialect() != Dialect.KERAS3)));

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new TimeDistributed(replace.apply(layer), keras2);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return List.of(Child.of("layer", layer));
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        Value x = c.inputs().get(0).value();
        if (x.shape().rank() < 2) {
            throw new ShapeException("TimeDistributed: expected a batch of sequences but was " + x.shape());
        }
        if (c.training() && !keras2 && layer.layer().mixesBatch() && x.shape().dim(1) > 0) {
            return List.of(stepwise(c, x, x.shape().dim(1)));
        }
        Dim batch = b.dim(x, 0);
        Dim time = b.dim(x, 1);
        Object folded = KerasTensor.map(
                c.args().get(0), leaf -> leaf instanceof KerasTensor t ? KerasTensor.of(fold(b, t.value())) : leaf);
        Map<String, Object> kwargs = new LinkedHashMap<>();
        Optional<Value> mask = c.mask();
        mask.ifPresent(m -> kwargs.put("mask", KerasTensor.of(fold(b, m))));
        return (keras2 ? c.child(layer, List.of(folded), kwargs) : c.direct(layer, List.of(folded), kwargs))
                .stream()
                        .map(t -> new KerasTensor(unfold(b, t.value(), batch, time), mask.orElse(null)))
                        .toList();
    }

    private KerasTensor stepwise(Call c, Value x, int steps) {
        Builder b = c.builder();
        List<Value> out = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            Map<String, Object> kwargs = new LinkedHashMap<>();
            int step = i;
            c.mask().ifPresent(m -> kwargs.put("mask", KerasTensor.of(b.squeeze(b.slice(m, 1, step, step + 1), 1))));
            KerasTensor y = c.direct(
                            layer, List.of(KerasTensor.of(b.squeeze(b.slice(x, 1, step, step + 1), 1))), kwargs)
                    .get(0);
            out.add(b.expandDims(y.value(), 1));
        }
        return new KerasTensor(b.concat(1, out), c.mask().orElse(null));
    }

    private static Value fold(Builder b, Value x) {
        Dim[] d = b.dims(x);
        Dim[] to = Arrays.copyOfRange(d, 1, d.length);
        to[0] = d[0].isKnown() && d[1].isKnown() ? Dim.of(d[0].known() * d[1].known()) : Dim.of(-1);
        return b.reshape(x, to);
    }

    private static Value unfold(Builder b, Value y, Dim batch, Dim time) {
        Dim[] d = b.dims(y);
        Dim[] to = new Dim[d.length + 1];
        System.arraycopy(d, 1, to, 2, d.length - 1);
        to[0] = batch;
        to[1] = time;
        return b.reshape(y, to);
    }
}
