package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An optimizer whose loss is scaled up, and gradients down, so that float16 does not lose small ones. A step with a gradient
 * that is not finite changes nothing but halves the scale; after growthSteps good ones it doubles.
 *
 * <p>(C1) the inner optimizer does not scale the loss itself. Source: keras/src/optimizers/loss_scale_optimizer.py.
 */
public record LossScaleOptimizer(Optimizer inner, double initialScale, int growthSteps, String name)
        implements Optimizer {
    public static final Codec<LossScaleOptimizer> CODEC = Codec.of(
            "LossScaleOptimizer",
            f -> new LossScaleOptimizer(
                    f.of("inner_optimizer", Optimizers.TYPE, LossScaleOptimizer::inner),
                    f.of("initial_scale", FieldType.FLOAT, LossScaleOptimizer::initialScale, 32768.0),
                    f.of("dynamic_growth_steps", FieldType.INT, LossScaleOptimizer::growthSteps, 2000),
                    f.of("name", FieldType.STRING, LossScaleOptimizer::name, "loss_scale_optimizer")));

    /** The policy of models whose loss Keras scales by itself. */
    public static final String POLICY = "mixed_float16";

    private static final int OWN = 4;
    private static final int COUNTER = 2;
    private static final int SCALE = 3;

    public LossScaleOptimizer {
        if (inner instanceof Rule r && r.options().lossScaleFactor() != null) { // (C1)
            throw new IllegalArgumentException("expected an inner optimizer without loss_scale_factor but was "
                    + r.options().lossScaleFactor());
        }
    }

    /** An optimizer as {@code compile(auto_scale_loss=True)} wraps it, once. */
    public static Optimizer around(Optimizer optimizer) {
        return optimizer == null || optimizer instanceof LossScaleOptimizer
                ? optimizer
                : new LossScaleOptimizer(optimizer, 32768, 2000, "loss_scale_optimizer");
    }

    /** Whether variables in a file are those of such an optimizer around this one, and not its own. */
    public static boolean isStoredAround(Optimizer optimizer, List<TensorType> types) {
        return startsAsOwn(types)
                && !startsAsOwn(
                        optimizer.slots(List.of()).stream().map(Slot::type).toList());
    }

    private static boolean startsAsOwn(List<TensorType> types) {
        return types.size() >= OWN
                && types.subList(0, OWN)
                        .equals(Stream.of(DType.INT64, DType.FLOAT32, DType.INT64, DType.FLOAT32)
                                .map(t -> new TensorType(t, Shape.SCALAR))
                                .toList());
    }

    @Override
    public Codec<LossScaleOptimizer> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> slots(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>(List.of(
                Slot.scalar(OptimizerOptions.ITERATION, DType.INT64, 0),
                Slot.scalar(OptimizerOptions.LEARNING_RATE, DType.FLOAT32, 0),
                Slot.scalar("step_counter", DType.INT64, 0),
                Slot.scalar("dynamic_scale", DType.FLOAT32, initialScale)));
        for (Slot s : inner.slots(parameters)) {
            slots.add(s.kept() == Slot.Kept.UNLESS_SCALED ? s.with(Slot.Kept.NEVER) : s);
        }
        return slots;
    }

    @Override
    public Value scaleLoss(Builder b, Value loss, List<Value> slots) {
        Expr e = Expr.of(b, loss);
        return e.times(e.with(slots.get(SCALE)).cast(e.dtype())).v();
    }

    @Override
    public Optional<Value> learningRate(Builder b, List<Value> slots) {
        return inner.learningRate(b, slots.subList(OWN, slots.size()));
    }

    @Override
    public Optional<Integer> learningRateSlot(List<Parameter> parameters) {
        return inner.learningRateSlot(parameters).map(i -> i + OWN);
    }

    @Override
    public After step(Builder b, Before before) {
        Expr counter = Expr.of(b, before.slots().get(COUNTER));
        Expr scale = counter.with(before.slots().get(SCALE));
        Expr finite = before.gradients().stream()
                .flatMap(Optional::stream)
                .map(g -> counter.with(g).isFinite().reduce(Reduce.Fn.ALL, false))
                .reduce(Expr::and)
                .orElse(counter.with(b.constant(DType.BOOL, 1)));
        List<Optional<Value>> gradients = before.gradients().stream()
                .map(g -> g.map(v -> counter.with(v).over(scale.cast(v.dtype())).v()))
                .toList();
        After after = inner.step(b, new Before(before.parameters(), before.values(), gradients, inside(before)));
        Expr grows = counter.equalTo(counter.number(growthSteps - 1));
        Expr zero = counter.number(0);
        List<Value> slots = new ArrayList<>(before.slots().subList(0, COUNTER));
        slots.add(finite.select(grows.select(zero, counter.plus(1)), zero).v());
        slots.add(finite.select(grows.select(scale.times(2), scale), scale.times(0.5))
                .v());
        slots.addAll(choose(finite, after.slots(), inside(before)));
        return new After(choose(finite, after.values(), before.values()), slots);
    }

    private static List<Value> inside(Before before) {
        return before.slots().subList(OWN, before.slots().size());
    }

    private static List<Value> choose(Expr first, List<Value> xs, List<Value> ys) {
        List<Value> chosen = new ArrayList<>();
        for (int i = 0; i < xs.size(); i++) {
            boolean same = xs.get(i).equals(ys.get(i));
            chosen.add(
                    same
                            ? xs.get(i)
                            : first.select(first.with(xs.get(i)), first.with(ys.get(i)))
                                    .v());
        }
        return chosen;
    }

    @Override
    public List<Value> finish(Builder b, Before end) {
        return inner.finish(b, new Before(end.parameters(), end.values(), end.gradients(), inside(end)));
    }
}
