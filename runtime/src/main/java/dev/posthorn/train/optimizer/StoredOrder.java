package dev.posthorn.train.optimizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** In which order files have slots. */
final class StoredOrder {
    private StoredOrder() {}

    /**
     * Keras 2 before 2.11: the number of steps and other scalars, then each kind of slot with all parameters, or each parameter
     * with all its slots; the learning rate is not among them. Source: tensorflow/python/keras/optimizer_v2/optimizer_v2.py.
     */
    static List<Integer> older(List<Slot> slots, boolean interleaved) {
        List<Integer> order = new ArrayList<>();
        Map<String, List<Integer>> kinds = new LinkedHashMap<>();
        for (int i = 0; i < slots.size(); i++) {
            Slot s = slots.get(i);
            if (s.parameter() >= 0) {
                kinds.computeIfAbsent(interleaved ? "" : s.name(), k -> new ArrayList<>())
                        .add(i);
            } else if (!s.name().equals(OptimizerOptions.LEARNING_RATE)) {
                order.add(i);
            }
        }
        kinds.values().forEach(order::addAll);
        return order;
    }
}
