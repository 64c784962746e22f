package dev.posthorn.train;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.StoredSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The optimizer's variables in a file as those of ours: in the order of {@link Optimizer#stored}. Where the learning rate is not
 * among them, the configuration says it.
 */
record StoredSlots(StoredTraining stored, Optimizer optimizer, Trained trained) {
    private List<StoredSlot> order() {
        List<StoredSlot> order = optimizer.stored(trained.parameters(), stored.dialect());
        List<StoredSlot> longer = new ArrayList<>(order);
        longer.addAll(optimizer.leftovers(trained.parameters(), stored.dialect()));
        return types(longer).equals(stored.types()) ? longer : order;
    }

    /** Whether the variables are of their types, as many as there are once it has trained. */
    private boolean isTrained() {
        return types(order()).equals(stored.types());
    }

    /** Whether the variables are those that the optimizer has before it knows what it trains. */
    private boolean isNew() {
        List<TensorType> unbuilt = types(optimizer.stored(List.of(), stored.dialect()));
        int count = stored.types().size();
        return count < order().size()
                && count <= unbuilt.size()
                && unbuilt.subList(0, count).equals(stored.types());
    }

    /** Whether they can be of this optimizer of these parameters. */
    boolean fit() {
        return isTrained() || isNew();
    }

    /** The values by their keys; none where the optimizer has not trained yet: as in Keras, it begins as it is configured. */
    Map<String, Tensor> read(String where) throws IOException {
        if (isNew()) {
            return Map.of();
        }
        List<StoredSlot> order = order();
        if (!isTrained()) {
            throw new ModelFormatException("optimizer: expected " + order.size() + " variables " + types(order)
                    + " but was " + stored.types().size() + " " + stored.types() + ", at " + where
                    + " (trainer.optimizer(...) begins anew)");
        }
        List<Tensor> values = stored.optimizer();
        Map<String, Tensor> own = new LinkedHashMap<>();
        for (int k = 0; k < values.size(); k++) {
            if (order.get(k).isRead()) {
                own.put(StepGraph.SLOT + order.get(k).slot(), values.get(k));
            }
        }
        return own;
    }

    private static List<TensorType> types(List<StoredSlot> slots) {
        return slots.stream().map(StoredSlot::type).toList();
    }
}
