package dev.posthorn.keras;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The graphs that the layers of a model write: of the model, and of its layers each by itself. */
record ModelGraphs(LayerNode root, Map<String, byte[]> assets, Sharing sharing) {
    /**
     * How layers by themselves compute.
     *
     * @param training those that compute as in training, by path and, after the first call, {@code @k}
     * @param unmasked those that see no masks
     * @param wanted which outputs the graph has
     */
    record Wish(Set<String> training, Set<String> unmasked, Predicate<String> wanted) {}

    Lowering lowering(Builder b, Mode mode) {
        return new Lowering(b, mode, assets, sharing);
    }

    static List<Value> entered(Builder b, List<Port> ports) {
        return ports.stream().map(p -> b.input(p.name(), p.type())).toList();
    }

    /** The types of the outputs for inputs of these types. */
    List<TensorType> types(Lowering lowering, List<Port> in) {
        return call(lowering, entered(lowering.builder(), in)).stream()
                .map(t -> t.value().type())
                .toList();
    }

    List<KerasTensor> call(Lowering lowering, List<Value> in) {
        List<KerasTensor> tensors = in.stream().map(KerasTensor::of).toList();
        return lowering.call(root, null, List.of(tensors.size() == 1 ? tensors.get(0) : tensors), Map.of(), null);
    }

    /** The graph of a model whose outputs are those of all of its layers. */
    Graph parts(Builder b, List<Value> in, Mode mode) {
        Lowering lowering = lowering(b, mode);
        call(lowering, in);
        return b.graph(in, parts(lowering), Map.of());
    }

    private static Map<String, Value> parts(Lowering lowering) {
        Map<String, Value> out = new LinkedHashMap<>();
        lowering.outputs().forEach((path, calls) -> {
            for (int k = 0; k < calls.size() && !path.isEmpty(); k++) {
                for (int i = 0; i < calls.get(k).size(); i++) {
                    out.put(
                            path + (k == 0 ? "" : "@" + k) + (i == 0 ? "" : ":" + i),
                            calls.get(k).get(i));
                }
            }
        });
        return out;
    }

    /** The graph of all layers, each given inputs of the graph, of the types {@code given} by its key. */
    Graph apart(
            Builder b,
            List<Value> entries,
            Map<String, List<TensorType>> given,
            Map<String, List<TensorType>> masks,
            Wish wish) {
        List<Value> in = new ArrayList<>(entries);
        Map<String, List<Value>> inputs = more(b, given, "?", in);
        Map<String, List<Value>> hidden = more(b, masks, "?mask", in);
        Lowering lowering = lowering(b, Mode.INFERENCE).apart(new Apart(inputs, hidden, wish.training, wish.unmasked));
        call(lowering, entries);
        Map<String, Value> out = parts(lowering);
        out.keySet().removeIf(wish.wanted.negate());
        return b.graph(in, out, Map.of());
    }

    /** Inputs that a graph has beside those of the model. */
    private static Map<String, List<Value>> more(
            Builder b, Map<String, List<TensorType>> types, String what, List<Value> in) {
        Map<String, List<Value>> all = new LinkedHashMap<>();
        types.forEach((key, some) -> {
            List<Value> values = new ArrayList<>();
            for (TensorType type : some) {
                values.add(b.input(key + what + values.size(), type));
            }
            all.put(key, values);
            in.addAll(values);
        });
        return all;
    }
}
