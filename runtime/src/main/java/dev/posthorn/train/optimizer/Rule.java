package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An optimizer that changes each parameter by a rule of its own; everything else is the same for all: learning rate,
 * clipping, weight decay, moving averages, accumulation, scaling, constraints.
 */
public interface Rule extends Optimizer {
    OptimizerOptions options();

    /** The slots of the rule itself, in Keras 3's order. */
    List<Slot> own(List<Parameter> parameters);

    /** What changes once a step, before the parameters do: slots that belong to no parameter. */
    default void begin(Update once) {}

    /** The new value of a parameter. */
    Expr update(Update u);

    /** By what the learning rate slows down, as {@code 1 / (1 + decay · step)}. */
    default double slowing() {
        return options().decay();
    }

    @Override
    default List<StoredSlot> stored(List<Parameter> parameters, Dialect dialect) {
        if (dialect == Dialect.KERAS3) {
            return Optimizer.super.stored(parameters, dialect);
        }
        List<Slot> slots = slots(parameters);
        return options().older()
                ? StoredOrder.older(slots, interleaves())
                : StoredOrder.keras2(slots, unread() ? parameters : List.of());
    }

    /** Whether Keras 2.11 to 2.15 keep a variable of each parameter that they never read. */
    default boolean unread() {
        return false;
    }

    /** Whether Keras 2 before 2.11 too has the slots parameter by parameter, and not slot by slot. */
    default boolean interleaves() {
        return false;
    }

    /** By how much this parameter decays, or null. */
    default Double weightDecay(Parameter p) {
        return options().weightDecay();
    }

    @Override
    default List<Slot> slots(List<Parameter> parameters) {
        List<Slot> all = new ArrayList<>();
        all.add(Slot.scalar(OptimizerOptions.ITERATION, DType.INT64, 0));
        LearningRate rate = options().learningRate();
        if (rate.schedule().isEmpty()) {
            all.add(Slot.scalar(OptimizerOptions.LEARNING_RATE, DType.FLOAT32, rate.start()));
        }
        if (options().useEma()) {
            all.addAll(each(parameters, OptimizerOptions.AVERAGE));
        }
        if (options().gradientAccumulationSteps() != null) {
            all.addAll(each(parameters, OptimizerOptions.ACCUMULATOR));
        }
        all.addAll(own(parameters));
        return all;
    }

    /** For each parameter these slots, of its type, that start with zeros. */
    static List<Slot> each(List<Parameter> parameters, String... names) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            for (String name : names) {
                slots.add(Slot.like(name, i, parameters.get(i).type()));
            }
        }
        return slots;
    }

    /** For each parameter a slot of its type that starts with {@code start} everywhere. */
    static List<Slot> filled(List<Parameter> parameters, double start, String name) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            slots.add(new Slot(name, i, parameters.get(i).type(), start, false));
        }
        return slots;
    }

    @Override
    default After step(Builder b, Before before) {
        return new RuleStep(this, b, before).run();
    }

    @Override
    default Value scaleLoss(Builder b, Value loss, List<Value> slots) {
        Double factor = options().lossScaleFactor();
        return factor == null ? loss : Expr.of(b, loss).times(factor).v();
    }

    @Override
    default Optional<Value> learningRate(Builder b, List<Value> slots) {
        Expr iteration = Expr.of(b, slots.get(0));
        LearningRate rate = options().learningRate();
        Expr lr = iteration.with(
                rate.schedule().isPresent() ? rate.schedule().get().call(b, iteration.v()) : slots.get(1));
        double decay = slowing();
        Expr slowed = decay == 0
                ? lr
                : lr.over(iteration.cast(DType.FLOAT32).times(decay).plus(1));
        return Optional.of(slowed.v());
    }

    @Override
    default List<Value> finish(Builder b, Before end) {
        if (!options().useEma()) {
            return end.values();
        }
        List<Slot> slots = slots(end.parameters());
        List<Value> averages = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).name().equals(OptimizerOptions.AVERAGE)) {
                averages.add(end.slots().get(i));
            }
        }
        return averages;
    }
}
