package dev.posthorn.keras.layer;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;

/** The layers that attention of several heads makes for itself: all with the same options. */
public record Projection(boolean useBias, WeightOptions kernel, WeightOptions bias, Object activityRegularizer) {
    static Projection of(Fields<Projection> f) {
        return new Projection(
                f.of("use_bias", FieldType.BOOL, Projection::useBias, true),
                f.group(WeightOptions.of("kernel"), Projection::kernel),
                f.group(WeightOptions.of("bias"), Projection::bias),
                f.of("activity_regularizer", FieldType.ANY, Projection::activityRegularizer));
    }

    /** {@code x[…×features] → y[…×heads×n]}. */
    LayerNode heads(String name, int heads, int n, DTypePolicy policy) {
        return node(name, "...a,abc->...bc", List.of(heads, n), "bc", Activation.LINEAR, policy);
    }

    /** The same, as numbers between 0 and 1 that outputs are multiplied with. */
    LayerNode gate(int heads, int n, DTypePolicy policy) {
        return node("gate", "...a,abc->...bc", List.of(heads, n), "bc", Activation.of("sigmoid"), policy);
    }

    /** {@code x[…×heads×n] → y[…×dims…]}. */
    LayerNode output(List<Integer> dims, DTypePolicy policy) {
        String out = "cdefghij".substring(0, dims.size());
        return node("attention_output", "...ab,ab" + out + "->..." + out, dims, out, Activation.LINEAR, policy);
    }

    private LayerNode node(
            String name, String equation, List<Integer> dims, String axes, Activation activation, DTypePolicy policy) {
        return LayerNode.inner(
                name,
                new EinsumDense(
                        equation,
                        dims,
                        useBias ? axes : null,
                        activation,
                        kernel,
                        bias,
                        activityRegularizer,
                        Lora.NONE,
                        Quantization.NONE),
                policy);
    }

    static Value call(Call c, LayerNode dense, Value x) {
        return c.child(dense, KerasTensor.of(x)).value();
    }
}
