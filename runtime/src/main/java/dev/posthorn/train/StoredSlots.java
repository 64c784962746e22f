package dev.posthorn.train;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.Slot;
import dev.posthorn.train.optimizer.StoredSlot;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The optimizer's variables in a file as those of ours: in the order of {@link Optimizer#stored}. Where the learning rate is not
 * among them, the configuration says it.
 */
final class StoredSlots {
    private StoredSlots() {}

    static Map<String, Tensor> read(StoredTraining stored, Optimizer optimizer, Trained trained, String where)
            throws IOException {
        List<Slot> slots = trained.slotTypes();
        List<StoredSlot> order = optimizer.stored(trained.parameters(), stored.dialect());
        List<TensorType> expected = order.stream().map(StoredSlot::type).toList();
        int count = stored.types().size();
        boolean unused = count < order.size()
                && order.subList(0, count).stream()
                        .allMatch(s -> s.isRead() && slots.get(s.slot()).parameter() < 0); // it has not trained yet
        if (!(unused ? expected.subList(0, count) : expected).equals(stored.types())) {
            throw new ModelFormatException("optimizer: expected " + expected.size() + " variables " + expected
                    + " but was " + stored.types().size() + " " + stored.types() + ", at " + where
                    + " (trainer.optimizer(...) begins anew)");
        }
        if (unused) { // as in Keras, which keeps then what the configuration says
            return Map.of();
        }
        List<Tensor> values = stored.optimizer();
        Map<String, Tensor> own = new LinkedHashMap<>();
        for (int k = 0; k < count; k++) {
            if (order.get(k).isRead()) {
                own.put(StepGraph.SLOT + order.get(k).slot(), values.get(k));
            }
        }
        return own;
    }
}
