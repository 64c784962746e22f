package dev.posthorn.keras.layer;

import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.operation.Constants;
import dev.posthorn.model.ShapeException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A graph of layers. It is itself a layer, so that models nest.
 *
 * @param className the class it was saved as: {@code Functional}, {@code Model}, or a user's own subclass
 * @param layers the layers in the order of the configuration
 * @param steps the calls of layers, each after those that it needs
 * @param takes the input tensors
 * @param gives the output tensors
 */
public record Functional(String className, List<LayerNode> layers, List<Step> steps, Ends takes, Ends gives)
        implements Layer {
    /** Output {@code tensor} of the {@code node}-th call of a layer of this model. */
    public record TensorRef(String layer, int node, int tensor) {}

    /**
     * The {@code node}-th call of a layer; arguments are structures of {@link TensorRef} and JSON values.
     *
     * @param ownTraining whether an argument {@code training} counts: in Keras 3 that of the model replaces it
     */
    public record Step(String layer, int node, List<Object> args, Map<String, Object> kwargs, boolean ownTraining) {}

    public Functional {
        layers = List.copyOf(layers);
        steps = List.copyOf(steps);
    }

    /** The input tensors, flattened. */
    public List<TensorRef> inputs() {
        return takes.flat();
    }

    /** The output tensors, flattened. */
    public List<TensorRef> outputs() {
        return gives.flat();
    }

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new Functional(className, layers.stream().map(replace).toList(), steps, takes, gives);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return layers.stream().map(n -> Child.listed("layers", n)).toList();
    }

    /** The type of each input, where it is an {@link InputLayer}. */
    public List<Optional<TensorType>> inputTypes() {
        return inputs().stream()
                .map(ref -> layer(ref.layer()).layer() instanceof InputLayer in
                        ? Optional.of(in.type())
                        : Optional.<TensorType>empty())
                .toList();
    }

    public LayerNode layer(String name) {
        return layers.stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<TensorRef> inputs = inputs();
        List<KerasTensor> given = c.masked(given(c));
        if (given.size() != inputs.size()) {
            throw new ShapeException(className + ": expected " + inputs.size() + " inputs but was " + given.size());
        }
        Map<TensorRef, KerasTensor> tensors = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            tensors.put(inputs.get(i), enter(inputs.get(i), given.get(i), c));
        }
        for (Step step : steps) {
            List<?> args = (List<?>) bound(step.args(), tensors);
            Map<String, Object> kwargs = new LinkedHashMap<>();
            step.kwargs().forEach((k, v) -> kwargs.put(k, bound(v, tensors)));
            if (!step.ownTraining()) {
                kwargs.remove("training");
            }
            LayerNode layer = layer(step.layer());
            if (!layer.layer().readsConstants()) {
                args = (List<?>) Constants.resolved(c.builder(), args);
                kwargs.replaceAll((k, v) -> Constants.resolved(c.builder(), v));
            }
            List<KerasTensor> out = c.child(layer, args, kwargs);
            for (int i = 0; i < out.size(); i++) {
                tensors.put(new TensorRef(step.layer(), step.node(), i), out.get(i));
            }
        }
        return outputs().stream().map(ref -> found(ref, tensors)).toList();
    }

    /** What the call gives for the inputs; a list of inputs may be given as a map by their layers' names. */
    private List<KerasTensor> given(Call c) {
        if (!c.args().isEmpty() && c.args().get(0) instanceof Map<?, ?> map && takes.structure() instanceof List<?>) {
            List<String> names = takes.names();
            if (map.keySet().containsAll(names)) {
                return KerasTensor.flatten(names.stream().map(map::get).toList());
            }
        }
        return c.inputs();
    }

    /** A value given for an input, as the input's dtype. */
    private KerasTensor enter(TensorRef ref, KerasTensor given, Call c) {
        if (layer(ref.layer()).layer() instanceof InputLayer in) {
            c.child(layer(ref.layer()), given);
            if (given.value().dtype() != in.dtype()
                    && in.dtype().isFloating()
                    && given.value().dtype().isFloating()) {
                return new KerasTensor(c.builder().cast(given.value(), in.dtype()), given.maskOrNull());
            }
        }
        return given;
    }

    private static Object bound(Object structure, Map<TensorRef, KerasTensor> tensors) {
        return KerasTensor.map(structure, leaf -> leaf instanceof TensorRef ref ? found(ref, tensors) : leaf);
    }

    private static KerasTensor found(TensorRef ref, Map<TensorRef, KerasTensor> tensors) {
        KerasTensor t = tensors.get(ref);
        if (t == null) {
            throw new ShapeException("Functional: expected an output of the model's layers but was " + ref);
        }
        return t;
    }
}
