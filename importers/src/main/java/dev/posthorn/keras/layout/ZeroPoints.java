package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.layout.PathLayout.Slot;
import dev.posthorn.keras.object.Quantization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The zero points of kernels of GPTQ and AWQ, which Keras 3.15 leaves out of {@code .keras} and {@code .weights.h5}, so that
 * it cannot read these itself. Source: {@code save_own_variables} of keras/src/layers/core/dense.py.
 */
final class ZeroPoints {
    private static final String SCALE = "kernel_scale";

    private ZeroPoints() {}

    /** Whether a layer's variables are one less than its slots. */
    static boolean lack(LayerNode node, List<Slot> slots, Function<String, Optional<Hdf5Dataset>> stored) {
        return Quantization.isCalibrated(node.policy())
                && stored.apply(slots.get(slots.size() - 2).number()).isPresent()
                && stored.apply(slots.get(slots.size() - 1).number()).isEmpty();
    }

    /** The slots of the other variables, closer together. */
    static List<Slot> without(List<Slot> slots) {
        List<Slot> others = new ArrayList<>();
        for (Slot slot : slots) {
            if (!slot.name().equals(Quantization.ZERO)) {
                others.add(new Slot(slot.key(), Integer.toString(others.size()), slot.name()));
            }
        }
        return others;
    }

    /** The zero points where the layer tells them and its kernel has been calibrated: before that its scales are all 1. */
    static Optional<Stored> known(
            LayerNode node, List<Weight> weights, List<Slot> slots, Function<String, Optional<Hdf5Dataset>> stored) {
        OptionalInt zero = node.layer().quantization().zero(node.policy());
        Weight w = of(weights, Quantization.ZERO);
        Optional<Hdf5Dataset> scale = slots.stream()
                .filter(s -> s.name().equals(SCALE))
                .findFirst()
                .flatMap(s -> stored.apply(s.number()))
                .filter(d -> Arrays.equals(
                        d.shape(),
                        Arrays.stream(w.shape().dims()).asLongStream().toArray()));
        if (zero.isEmpty() || scale.isEmpty() || isAll(scale.get().read(), 1)) {
            return Optional.empty();
        }
        Tensor all = Tensor.zeros(new TensorType(w.dtype(), w.shape()));
        for (int i = 0; i < all.size(); i++) {
            all.setLong(i, zero.getAsInt());
        }
        return Optional.of(Stored.of(List.of(), (b, none) -> b.constant(all)));
    }

    /** Whether zero points are those that the layer's configuration tells. */
    static boolean areImplied(LayerNode node, Tensor values) {
        OptionalInt zero = node.layer().quantization().zero(node.policy());
        return zero.isPresent() && isAll(values, zero.getAsInt());
    }

    private static Weight of(List<Weight> weights, String name) {
        return weights.stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
    }

    private static boolean isAll(Tensor t, double value) {
        boolean all = true;
        for (int i = 0; i < t.size(); i++) {
            all &= t.getDouble(i) == value;
        }
        return all;
    }
}
