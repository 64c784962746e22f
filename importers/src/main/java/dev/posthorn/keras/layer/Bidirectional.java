package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A recurrent layer run in both directions, the outputs merged. Source: keras/src/layers/rnn/bidirectional.py.
 *
 * @param layer the layer as it is configured; Keras 3 writes it with its name as the forward layer
 * @param backwardLayer the layer of the other direction; null for a copy of the first, reversed
 * @param mergeMode {@code concat}, {@code sum}, {@code mul}, {@code ave}; null for two outputs
 */
public record Bidirectional(LayerNode layer, LayerNode backwardLayer, String mergeMode) implements Layer {
    public static final Codec<Bidirectional> CODEC = Codec.of(
            "Bidirectional",
            f -> new Bidirectional(
                    f.of("layer", LayerReader.TYPE, Bidirectional::layer, null),
                    f.of("backward_layer", LayerReader.TYPE.orNull(), Bidirectional::backwardLayer),
                    f.of("merge_mode", FieldType.STRING.orNull(), Bidirectional::mergeMode)));

    public Bidirectional {
        if (mergeMode != null && !List.of("concat", "sum", "mul", "ave").contains(mergeMode)) {
            throw new IllegalArgumentException(
                    "expected a merge_mode of concat, sum, mul, ave or null but was " + mergeMode);
        }
    }

    private LayerNode forward() {
        return named("forward_", layer, layer.layer());
    }

    private LayerNode backward() {
        if (backwardLayer != null) {
            return named("", backwardLayer, backwardLayer.layer());
        }
        Layer reversed =
                layer.layer() instanceof Recurrent r ? r.withOptions(r.options().reversed()) : layer.layer();
        return named("backward_", layer, reversed);
    }

    /** The node with a prefix to its name and as Keras sets its layer: masked steps of a sequence give zeros. */
    private static LayerNode named(String prefix, LayerNode n, Layer layer) {
        String name = n.name().startsWith(prefix) ? n.name() : prefix + n.name();
        Layer set = layer instanceof Recurrent r
                ? r.withOptions(r.options().withZeroOutputForMask(r.options().returnSequences()))
                : layer;
        return new LayerNode(name, set, n.policy(), n.trainable(), n.carried());
    }

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new Bidirectional(
                replace.apply(layer), backwardLayer == null ? null : replace.apply(backwardLayer), mergeMode);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return List.of(Child.of("forward_layer", forward()), Child.of("backward_layer", backward()));
    }

    @Override
    public List<String> arguments() {
        return List.of("initial_state", "mask");
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<KerasTensor> in = c.inputs(); // Keras 2 lists the initial states after the sequence
        boolean listed = in.size() > 1;
        List<KerasTensor> states = listed
                ? in.subList(1, in.size())
                : c.argument("initial_state", 1).map(KerasTensor::flatten).orElse(List.of());
        Optional<Object> mask = c.argument("mask", 2);
        int half = states.size() / 2;
        RecurrentOptions options = ((Recurrent) layer.layer()).options();
        List<KerasTensor> there = run(c, forward(), in.get(0), states.subList(0, half), listed, mask);
        List<KerasTensor> back = run(c, backward(), in.get(0), states.subList(half, states.size()), listed, mask);
        Builder b = c.builder();
        Value x = b.cast(there.get(0).value(), c.policy().compute());
        Value y = b.cast(back.get(0).value(), c.policy().compute());
        y = options.returnSequences() ? b.reverse(y, options.timeMajor() ? 0 : 1) : y;
        Value carried = options.returnSequences() ? there.get(0).maskOrNull() : null;
        List<KerasTensor> out = new ArrayList<>();
        if (mergeMode == null) {
            out.add(new KerasTensor(x, carried));
            out.add(new KerasTensor(y, carried));
        } else {
            out.add(new KerasTensor(merged(b, x, y), carried));
        }
        out.addAll(there.subList(1, there.size()));
        out.addAll(back.subList(1, back.size()));
        return out;
    }

    private static List<KerasTensor> run(
            Call c,
            LayerNode direction,
            KerasTensor x,
            List<KerasTensor> states,
            boolean listed,
            Optional<Object> mask) {
        Map<String, Object> kwargs = new LinkedHashMap<>();
        mask.ifPresent(m -> kwargs.put("mask", m));
        if (!states.isEmpty() && !listed) {
            kwargs.put("initial_state", states);
        }
        List<KerasTensor> list = new ArrayList<>(List.of(x));
        list.addAll(states);
        return c.child(direction, List.of(listed ? list : x), kwargs);
    }

    private Value merged(Builder b, Value x, Value y) {
        return switch (mergeMode) {
            case "concat" -> b.concat(-1, List.of(x, y));
            case "sum" -> b.plus(x, y);
            case "mul" -> b.times(x, y);
            default -> b.binary(Binary.Fn.DIV, b.plus(x, y), 2);
        };
    }
}
