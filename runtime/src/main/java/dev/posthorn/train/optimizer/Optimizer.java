package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * How gradients change parameters. A record of its configuration; whatever changes from step to step is in its slots, which
 * hold the number of steps and the learning rate too. One step is pure.
 */
public interface Optimizer {
    Codec<? extends Optimizer> codec();

    /** The variables of the optimizer for these parameters, in Keras 3's order: {@code optimizer/vars/<i>}. */
    List<Slot> slots(List<Parameter> parameters);

    /** The variables in files of a dialect, in their order; the learning rate may not be among them. */
    default List<StoredSlot> stored(List<Parameter> parameters, Dialect dialect) {
        return StoredOrder.of(slots(parameters), Slot::isKept);
    }

    /** What some files of a dialect have after these variables; nothing reads it. */
    default List<StoredSlot> leftovers(List<Parameter> parameters, Dialect dialect) {
        return List.of();
    }

    /**
     * What a step begins with.
     *
     * @param parameters what is trained
     * @param values their values
     * @param gradients of the loss as {@link #scaleLoss} gives it; empty for parameters that it does not depend on: these
     *     stay as they are
     * @param slots the values of {@link #slots}
     */
    record Before(List<Parameter> parameters, List<Value> values, List<Optional<Value>> gradients, List<Value> slots) {
        public Before {
            parameters = List.copyOf(parameters);
            values = List.copyOf(values);
            gradients = List.copyOf(gradients);
            slots = List.copyOf(slots);
        }
    }

    /** What a step ends with: the values of the parameters and of the slots. */
    record After(List<Value> values, List<Value> slots) {
        public After {
            values = List.copyOf(values);
            slots = List.copyOf(slots);
        }
    }

    /** Writes one step, constraints and all. */
    After step(Builder b, Before before);

    /** The loss of which the gradients are taken: scaled up, where this optimizer scales gradients down. */
    default Value scaleLoss(Builder b, Value loss, List<Value> slots) {
        return loss;
    }

    /** The learning rate of the next step, a float32 scalar; empty where parameters have several. */
    Optional<Value> learningRate(Builder b, List<Value> slots);

    /** Where among the slots the learning rate is; empty where a schedule gives it. */
    default Optional<Integer> learningRateSlot(List<Parameter> parameters) {
        List<Slot> all = slots(parameters);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(OptimizerOptions.LEARNING_RATE)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /**
     * The values of the parameters as training ends: their moving averages, where the optimizer keeps them. Each is a
     * parameter's value or a slot's.
     */
    default List<Value> finish(Builder b, Before end) {
        return end.values();
    }
}
