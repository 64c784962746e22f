package dev.posthorn.train;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.optimizer.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The optimizer's variables in a file as those of ours. Keras 3 has them in our order. Keras 2 has the number of steps, then
 * (but for Ftrl) slot by slot and not weight by weight, and no learning rate, which its configuration says.
 */
final class StoredSlots {
    private StoredSlots() {}

    static Map<String, Tensor> read(StoredTraining stored, Trained trained, String where) throws IOException {
        List<Slot> slots = trained.slotTypes();
        List<Integer> order = stored.dialect() == Dialect.KERAS3 ? all(slots) : keras2(slots);
        List<TensorType> expected = order.stream().map(i -> slots.get(i).type()).toList();
        if (!expected.equals(stored.types())) {
            throw new ModelFormatException("optimizer: expected " + expected.size() + " variables " + expected
                    + " but was " + stored.types().size() + " " + stored.types() + ", at " + where
                    + " (trainer.optimizer(...) begins anew)");
        }
        List<Tensor> values = stored.optimizer();
        Map<String, Tensor> own = new LinkedHashMap<>();
        for (int k = 0; k < order.size(); k++) {
            own.put(StepGraph.SLOT + order.get(k), values.get(k));
        }
        return own;
    }

    private static List<Integer> all(List<Slot> slots) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            order.add(i);
        }
        return order;
    }

    /** Scalars but for the learning rate, then each kind of slot with all of its weights. */
    private static List<Integer> keras2(List<Slot> slots) {
        Map<String, List<Integer>> byName = new LinkedHashMap<>();
        for (int i = 0; i < slots.size(); i++) {
            if (!slots.get(i).name().equals("learning_rate")) {
                byName.computeIfAbsent(slots.get(i).name(), k -> new ArrayList<>())
                        .add(i);
            }
        }
        return byName.values().stream().flatMap(List::stream).toList();
    }
}
