package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Several optimizers, each for some parameters. Source: keras/src/optimizers/multi_optimizer.py.
 *
 * <p>(C1) the optimizers inside divide gradients by the same factor, each those of its own parameters.
 *
 * @param lossScaleFactor by what the loss is multiplied, and gradients are divided, or null
 */
public record MultiOptimizer(OptimizerMap map, Double lossScaleFactor, String name) implements Optimizer {
    public static final Codec<MultiOptimizer> CODEC = Codec.of(
            "MultiOptimizer",
            f -> new MultiOptimizer(
                    f.of("optimizer_map", OptimizerMap.TYPE, MultiOptimizer::map),
                    f.of("loss_scale_factor", FieldType.FLOAT.orNull(), MultiOptimizer::lossScaleFactor),
                    f.of("name", FieldType.STRING, MultiOptimizer::name, "multi_optimizer")));

    private static final int OWN = 2;

    public MultiOptimizer {
        for (Rule r : map.all()) {
            if (!Objects.equals(r.options().lossScaleFactor(), lossScaleFactor)) { // (C1)
                throw new IllegalArgumentException("expected optimizers with loss_scale_factor " + lossScaleFactor
                        + " but was " + r.options().lossScaleFactor() + " of "
                        + r.codec().name());
            }
        }
    }

    @Override
    public Codec<MultiOptimizer> codec() {
        return CODEC;
    }

    /** One of the optimizers, its parameters' numbers, and where its slots begin. */
    private record Part(Rule optimizer, List<Integer> parameters, int slots, int count) {}

    private List<Part> parts(List<Parameter> parameters) {
        List<Part> parts = new ArrayList<>();
        int from = OWN;
        List<Integer> chosen =
                parameters.stream().map(p -> map.choose(p.path())).toList();
        for (int k = 0; k < map.all().size(); k++) {
            List<Integer> own = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                if (chosen.get(i) == k) {
                    own.add(i);
                }
            }
            Rule optimizer = map.all().get(k);
            int count = optimizer.slots(pick(parameters, own)).size();
            if (own.isEmpty()) { // Keras does not build it: it has no more than what it has from the start
                count = optimizer.options().learningRate().schedule().isPresent() ? 1 : 2;
            }
            parts.add(new Part(optimizer, own, from, count));
            from += count;
        }
        return parts;
    }

    private static <T> List<T> pick(List<T> all, List<Integer> which) {
        return which.stream().map(all::get).toList();
    }

    @Override
    public List<Slot> slots(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>(List.of(
                Slot.scalar(OptimizerOptions.ITERATION, DType.INT64, 0),
                Slot.scalar(OptimizerOptions.LEARNING_RATE, DType.FLOAT32, 0)));
        for (Part part : parts(parameters)) {
            List<Slot> own = part.optimizer.slots(pick(parameters, part.parameters));
            for (Slot s : own.subList(0, part.count)) {
                int parameter = s.parameter() < 0 ? -1 : part.parameters.get(s.parameter());
                slots.add(new Slot(s.name(), parameter, s.type(), s.start(), s.copies(), s.kept()));
            }
        }
        return slots;
    }

    @Override
    public Optional<Value> learningRate(Builder b, List<Value> slots) {
        return Optional.empty();
    }

    @Override
    public Optional<Integer> learningRateSlot(List<Parameter> parameters) {
        return Optional.empty();
    }

    @Override
    public Value scaleLoss(Builder b, Value loss, List<Value> slots) {
        return lossScaleFactor == null
                ? loss
                : Expr.of(b, loss).times(lossScaleFactor).v();
    }

    @Override
    public After step(Builder b, Before before) {
        List<Value> values = new ArrayList<>(before.values());
        List<Value> slots = new ArrayList<>(before.slots());
        slots.set(0, Expr.of(b, slots.get(0)).plus(1).v());
        for (Part part : parts(before.parameters())) {
            if (part.parameters.isEmpty()) {
                continue;
            }
            After after = part.optimizer.step(b, inside(before, part));
            for (int i = 0; i < part.parameters.size(); i++) {
                values.set(part.parameters.get(i), after.values().get(i));
            }
            for (int i = 0; i < part.count; i++) {
                slots.set(part.slots + i, after.slots().get(i));
            }
        }
        return new After(values, slots);
    }

    private Before inside(Before before, Part part) {
        return new Before(
                pick(before.parameters(), part.parameters),
                pick(before.values(), part.parameters),
                pick(before.gradients(), part.parameters),
                before.slots().subList(part.slots, part.slots + part.count));
    }

    @Override
    public List<Value> finish(Builder b, Before end) {
        List<Value> values = new ArrayList<>(end.values());
        for (Part part : parts(end.parameters())) {
            if (!part.parameters.isEmpty()) {
                List<Value> own = part.optimizer.finish(b, inside(end, part));
                for (int i = 0; i < own.size(); i++) {
                    values.set(part.parameters.get(i), own.get(i));
                }
            }
        }
        return values;
    }
}
