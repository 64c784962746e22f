package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/**
 * A layer whose kernel is divided by its largest singular value while it trains; what is stored is the divided one.
 * Source: keras/src/layers/normalization/spectral_normalization.py.
 */
public record SpectralNormalization(LayerNode layer, int powerIterations) implements Layer {
    public static final Codec<SpectralNormalization> CODEC = Codec.of(
            "SpectralNormalization",
            f -> new SpectralNormalization(
                    f.of("layer", LayerReader.TYPE, SpectralNormalization::layer, null),
                    f.of("power_iterations", FieldType.INT, SpectralNormalization::powerIterations, 1)));

    @Override
    public List<Child> children(DTypePolicy policy) {
        return List.of(Child.of("layer", layer));
    }

    @Override
    public int borrowedWeights() {
        return 1;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        Weight kernel = layer.layer().weights(inputs).stream()
                .filter(w -> w.name().equals("kernel") || w.name().equals("embeddings"))
                .findFirst()
                .orElseThrow(() ->
                        new UnsupportedModelException("SpectralNormalization: expected a layer with a kernel but was "
                                + layer.layer().className()));
        return List.of(Weight.frozen("vector_u", 1, kernel.shape().dim(-1)));
    }

    @Override
    public List<KerasTensor> call(Call c) {
        if (c.training()) {
            throw new UnsupportedModelException(
                    "SpectralNormalization: is not supported in training yet, at " + c.path());
        }
        return c.child(layer, c.args(), c.kwargs()).stream()
                .map(t -> KerasTensor.of(c.builder().cast(t.value(), c.x().dtype())))
                .toList();
    }
}
