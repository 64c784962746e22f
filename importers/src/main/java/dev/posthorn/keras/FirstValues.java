package dev.posthorn.keras;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.layer.LSTMCell;
import dev.posthorn.train.initializer.Initializer;
import dev.posthorn.train.initializer.Initializers;
import java.util.Map;

/**
 * The values with which weights start: what the configuration says, else Keras's defaults, which are by the name of the
 * weight.
 */
final class FirstValues {
    private static final Map<String, String> BY_NAME = Map.ofEntries(
            Map.entry("kernel", "glorot_uniform"),
            Map.entry("depthwise_kernel", "glorot_uniform"),
            Map.entry("pointwise_kernel", "glorot_uniform"),
            Map.entry("recurrent_kernel", "orthogonal"),
            Map.entry("embeddings", "random_uniform"),
            Map.entry("gamma", "ones"),
            Map.entry("moving_variance", "ones"));

    private FirstValues() {}

    static Tensor of(LayerNode node, Weight w, TensorType type, String key, long seed) {
        if (node.layer() instanceof LSTMCell cell
                && cell.unitForgetBias()
                && w.name().equals("bias")) {
            Tensor bias = Tensor.zeros(type);
            for (int i = cell.units(); i < 2 * cell.units(); i++) {
                bias.setDouble(i, 1);
            }
            return bias;
        }
        Initializer initializer = Settings.initializer(node, w)
                .orElseGet(() -> Initializers.ALL.named(BY_NAME.getOrDefault(w.name(), "zeros")));
        return initializer.call(type, seed * 31 + key.hashCode());
    }
}
