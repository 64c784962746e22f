package dev.posthorn.keras.custom;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Quantization;
import java.util.List;
import java.util.Map;

/**
 * A user's layer in place of a Python class: does what theirs does, and keeps how the file names the class.
 *
 * @param identity the keys {@code module}, {@code class_name} and {@code registered_name}, as far as the file has them
 */
public record CustomLayer<L extends Layer>(L layer, Codec<L> codec, Map<String, Object> identity) implements Layer {
    /** The layer's configuration. */
    public Map<String, Object> encode(FieldType.Context c) {
        return codec.encode(layer, c);
    }

    @Override
    public String className() {
        return String.valueOf(identity.get("class_name"));
    }

    @Override
    public String sourceName() {
        return CustomObjects.bare(className());
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs, DTypePolicy policy) {
        return layer.weights(inputs, policy);
    }

    @Override
    public Quantization quantization() {
        return layer.quantization();
    }

    @Override
    public boolean quantizes(String mode) {
        return layer.quantizes(mode);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return layer.children(policy);
    }

    @Override
    public boolean mixesBatch() {
        return layer.mixesBatch();
    }

    @Override
    public int borrowedWeights() {
        return layer.borrowedWeights();
    }

    @Override
    public Map<String, Tensor> archived() {
        return layer.archived();
    }

    @Override
    public List<String> assets() {
        return layer.assets();
    }

    @Override
    public boolean autocasts() {
        return layer.autocasts();
    }

    @Override
    public List<KerasTensor> call(Call c) {
        return layer.call(c);
    }
}
