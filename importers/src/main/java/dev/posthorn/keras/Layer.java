package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.Quantization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A Keras layer: a record of its configuration. Everything else is derived: output shapes from the graph that
 * {@link #call} makes, variables and their places in each format from {@link #weights} and {@link #children}.
 */
public interface Layer {
    /** The class name in configurations. */
    default String className() {
        return getClass().getSimpleName();
    }

    /** The name of the class in Keras's source, after which {@code .keras} files number their groups. */
    default String sourceName() {
        return className();
    }

    /** The name by which Keras's module of layers exports the class. */
    default String exportedName() {
        return className();
    }

    /** The Python module in which Keras 3 finds the class. */
    default String module() {
        return Modules.LAYERS;
    }

    /** The layer by which another version of Keras has this one: itself, or one that computes the same. */
    default Layer in(Dialect dialect) {
        return this;
    }

    /** The names of a call's arguments after the first, those that Keras 2 and 3 call alike and have in this order. */
    default List<String> arguments() {
        return List.of();
    }

    /** The names of a call's arguments that Keras 2 does not have. */
    default Set<String> newArguments() {
        return Set.of();
    }

    /** The weights that this layer itself owns, in the order in which Keras creates them, for inputs of these types. */
    default List<Weight> weights(List<TensorType> inputs) {
        return List.of();
    }

    /** The same under a policy, where the layer can quantize weights. */
    default List<Weight> weights(List<TensorType> inputs, DTypePolicy policy) {
        return weights(inputs);
    }

    /** Whether the layer takes a policy that quantizes in this mode; then files hold its weights in the order given. */
    default boolean quantizes(String mode) {
        return false;
    }

    /** How its weights are quantized, beyond what the policy says. */
    default Quantization quantization() {
        return Quantization.NONE;
    }

    /** The layers inside of this one, in Keras's order; those that it makes itself take its own policy. */
    default List<Child> children(DTypePolicy policy) {
        return List.of();
    }

    /** Whether in training what it gives for one element of a batch depends on the others, or on chance. */
    default boolean mixesBatch() {
        return children(DTypePolicy.FLOAT32).stream()
                .anyMatch(c -> c.node().layer().mixesBatch());
    }

    /** Whether it has attributes of the layer inside of it as its own, so that {@code .keras} files hold those here. */
    default boolean exposesInner() {
        return false;
    }

    /** How many variables of inner layers {@code .keras} files store with this layer's own too, before them. */
    default int borrowedWeights() {
        return 0;
    }

    /** The layers inside of this one, each replaced: what holds other layers says how. */
    default Layer withChildren(UnaryOperator<LayerNode> replace) {
        return this;
    }

    /** The regularizer of its outputs as the configuration says it; null for none. */
    default Object activityRegularizer() {
        return null;
    }

    /** Whether {@code .keras} files keep its variables under their names, not under numbers. */
    default boolean namesWeights() {
        return false;
    }

    /** Groups below its own in which {@code .keras} files keep its variables and assets a second time. */
    default List<String> mirrors() {
        return List.of();
    }

    /** The low-rank adaption of one of its weights. */
    default Lora lora() {
        return Lora.NONE;
    }

    /** The names of the files beside the weights that the layer reads, where the model's file holds them. */
    default List<String> assets() {
        return List.of();
    }

    /** What archives hold among its variables, by name, though its configuration gives it. */
    default Map<String, Tensor> archived() {
        return Map.of();
    }

    /** Whether it reads constants among its arguments as they are written, as operations do; others are given tensors. */
    default boolean readsConstants() {
        return false;
    }

    /** Whether floating-point inputs are cast to the compute dtype first. */
    default boolean autocasts() {
        return true;
    }

    /** Writes the layer as IR; the results in Keras's flattened order. */
    List<KerasTensor> call(Call c);
}
