package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.object.ElementwiseLayer;
import java.util.List;
import java.util.function.UnaryOperator;

/** An activation function, or a layer that stands for one, as a layer. Source: keras/src/layers/activations/activation.py. */
public record Activation(dev.posthorn.keras.object.Activation activation) implements ElementwiseLayer {
    public static final Codec<Activation> CODEC = Codec.of(
            "Activation",
            f -> new Activation(
                    f.of("activation", dev.posthorn.keras.object.Activation.OR_LAYER, Activation::activation, null)));

    @Override
    public Op op() {
        return activation.op();
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return activation.children();
    }

    @Override
    public Activation withChildren(UnaryOperator<LayerNode> replace) {
        return new Activation(activation.with(replace));
    }

    @Override
    public List<KerasTensor> call(Call c) {
        return activation.layer() == null
                ? ElementwiseLayer.super.call(c)
                : List.of(new KerasTensor(
                        c.child(activation.layer(), c.input()).value(), c.mask().orElse(null)));
    }
}
