package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import java.util.List;

/** The input. Source: keras/src/layers/core/identity.py. */
public record Identity() implements Layer {
    public static final Codec<Identity> CODEC = Codec.of("Identity", f -> new Identity());

    @Override
    public List<KerasTensor> call(Call c) {
        return c.inputs();
    }
}
