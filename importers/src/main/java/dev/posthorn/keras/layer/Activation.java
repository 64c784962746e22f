package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.keras.object.ElementwiseLayer;

/** An activation function as a layer. Source: keras/src/layers/activations/activation.py. */
public record Activation(dev.posthorn.keras.object.Activation activation) implements ElementwiseLayer {
    public static final Codec<Activation> CODEC = Codec.of(
            "Activation",
            f -> new Activation(
                    f.of("activation", dev.posthorn.keras.object.Activation.TYPE, Activation::activation, null)));

    @Override
    public Op op() {
        return activation.op();
    }
}
