package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Layers one after the other. Source: keras/src/layers/preprocessing/pipeline.py. */
public record Pipeline(List<LayerNode> layers) implements Layer {
    public static final Codec<Pipeline> CODEC = Codec.of(
            "Pipeline", f -> new Pipeline(f.of("layers", FieldType.listOf(LayerReader.TYPE), Pipeline::layers, null)));

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new Pipeline(layers.stream().map(replace).toList());
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
        List<KerasTensor> x = c.inputs();
        for (LayerNode n : layers) {
            x = c.child(n, x.size() == 1 ? List.of(x.get(0)) : List.of(x), Map.of());
        }
        return x;
    }
}
