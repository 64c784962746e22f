package dev.posthorn.train.optimizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** In which order files have slots. */
final class StoredOrder {
    private StoredOrder() {}

    /**
     * Keras 2 before 2.11: the number of steps and other scalars, then each kind of slot with all parameters, or each parameter
     * with all its slots; the learning rate is not among them. Source: tensorflow/python/keras/optimizer_v2/optimizer_v2.py.
     */
    static List<StoredSlot> older(List<Slot> slots, boolean interleaved) {
        List<StoredSlot> order = new ArrayList<>();
        Map<String, List<StoredSlot>> kinds = new LinkedHashMap<>();
        for (StoredSlot stored : of(slots, s -> !s.name().equals(OptimizerOptions.LEARNING_RATE))) {
            Slot s = slots.get(stored.slot());
            (s.parameter() < 0 ? order : kinds.computeIfAbsent(interleaved ? "" : s.name(), k -> new ArrayList<>()))
                    .add(stored);
        }
        kinds.values().forEach(order::addAll);
        return order;
    }

    /**
     * Keras 2.11 to 2.15: as Keras 3 has them, without those that are no more than attributes, which the learning rate is
     * too; then what nothing reads. Source: keras/optimizers/optimizer.py of these versions.
     */
    static List<StoredSlot> keras2(List<Slot> slots, List<Parameter> unread) {
        List<StoredSlot> order = new ArrayList<>(
                of(slots, s -> s.kept() == Slot.Kept.ALWAYS && !s.name().equals(OptimizerOptions.LEARNING_RATE)));
        unread.forEach(p -> order.add(new StoredSlot(StoredSlot.UNREAD, p.type())));
        return order;
    }

    /** These of the slots. */
    static List<StoredSlot> of(List<Slot> slots, Predicate<Slot> which) {
        return IntStream.range(0, slots.size())
                .filter(i -> which.test(slots.get(i)))
                .mapToObj(i -> new StoredSlot(i, slots.get(i).type()))
                .toList();
    }
}
