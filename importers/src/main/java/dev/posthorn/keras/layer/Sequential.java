package dev.posthorn.keras.layer;

import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Layers one after the other.
 *
 * @param input the type of the input where the configuration gives it, else null
 */
public record Sequential(List<LayerNode> layers, TensorType input) implements Layer {
    public Sequential {
        layers = List.copyOf(layers);
    }

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new Sequential(layers.stream().map(replace).toList(), input);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return layers.stream().map(n -> Child.listed("layers", n)).toList();
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<KerasTensor> tensors = c.masked(c.inputs());
        for (LayerNode node : layers) {
            Object arg = tensors.size() == 1 ? tensors.get(0) : tensors;
            tensors = c.child(node, List.of(arg), Map.of());
        }
        return tensors;
    }
}
