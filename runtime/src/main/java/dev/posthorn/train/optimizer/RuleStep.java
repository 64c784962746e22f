package dev.posthorn.train.optimizer;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One step of a {@link Rule}, in Keras's order. Source: keras/src/optimizers/base_optimizer.py. */
final class RuleStep {
    private final Rule rule;
    private final OptimizerOptions options;
    private final Builder b;
    private final Optimizer.Before before;
    private final List<Parameter> parameters;
    private final List<Update.Key> order = new ArrayList<>();
    private final Map<Update.Key, Expr> old = new LinkedHashMap<>();
    private final Map<Update.Key, Expr> slots = new LinkedHashMap<>();
    private final Expr iteration;
    private final Expr updates;
    private final Expr learningRate;

    RuleStep(Rule rule, Builder b, Optimizer.Before before) {
        this.rule = rule;
        this.options = rule.options();
        this.b = b;
        this.before = before;
        this.parameters = before.parameters();
        List<Slot> all = rule.slots(parameters);
        for (int i = 0; i < all.size(); i++) {
            Update.Key key = new Update.Key(all.get(i).name(), all.get(i).parameter());
            order.add(key);
            old.put(key, Expr.of(b, before.slots().get(i)));
        }
        slots.putAll(old);
        iteration = Expr.of(b, before.slots().get(0));
        Integer accumulated = options.gradientAccumulationSteps();
        updates = accumulated == null ? iteration : iteration.floorDiv(accumulated);
        learningRate = Expr.of(b, rule.learningRate(b, before.slots()).orElseThrow());
    }

    Optimizer.After run() {
        List<Expr> values = new ArrayList<>();
        before.values().forEach(v -> values.add(Expr.of(b, v)));
        List<Integer> trained = new ArrayList<>();
        List<Gradient> gradients = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Optional<Value> g = before.gradients().get(i);
            if (g.isPresent()) {
                trained.add(i);
                Expr whole = Expr.of(b, g.get());
                // Keras 2 adds up look-ups before anything else
                Gradient own = options.older() ? new Gradient(whole, List.of()) : Gradient.of(whole);
                Double scale = options.lossScaleFactor();
                gradients.add(scale == null ? own : own.map(x -> x.over(scale)));
            }
        }
        if (parameters.isEmpty()) {
            return new Optimizer.After(before.values(), before.slots());
        }
        if (trained.isEmpty()) {
            throw new IllegalArgumentException(
                    rule.codec().name() + ": expected a gradient of one parameter at least but was" + " none, at "
                            + parameters.stream().map(Parameter::path).toList());
        }
        if (options.gradientAccumulationSteps() == null) {
            update(values, trained, gradients);
        } else {
            accumulate(values, trained, gradients);
        }
        if (options.useEma()) {
            average(values);
        }
        for (int i : trained) {
            Expr x = values.get(i);
            parameters
                    .get(i)
                    .constraint()
                    .ifPresent(c -> values.set(i, x.with(c.call(b, x.v())).cast(x.dtype())));
        }
        slots.put(new Update.Key(OptimizerOptions.ITERATION, -1), iteration.plus(1));
        return new Optimizer.After(
                values.stream().map(Expr::v).toList(),
                order.stream().map(k -> slots.get(k).v()).toList());
    }

    /** Clips, decays, and applies the rule. */
    private void update(List<Expr> values, List<Integer> trained, List<Gradient> gradients) {
        List<Gradient> clipped = Clipping.of(options, gradients);
        for (int i : trained) {
            Double decay = rule.weightDecay(parameters.get(i));
            if (decay != null && !excluded(parameters.get(i))) {
                Expr x = values.get(i);
                values.set(i, x.minus(x.times(x.number(decay.floatValue())).times(rate(i, x.dtype()))));
            }
        }
        Expr any = values.get(trained.get(0));
        rule.begin(new Update(parameters.get(trained.get(0)), -1, any, Gradient.of(any), any, updates, slots));
        for (int k = 0; k < trained.size(); k++) {
            int i = trained.get(k);
            Expr x = values.get(i);
            Gradient g = clipped.get(k).map(e -> e.cast(x.dtype()));
            g = options.adds() ? new Gradient(g.dense(), List.of()) : g;
            Update u = new Update(parameters.get(i), i, x, g, rate(i, x.dtype()), updates, slots);
            values.set(i, rule.update(u).cast(x.dtype()));
        }
    }

    private Expr rate(int i, DType dtype) {
        Expr lr = learningRate.cast(dtype);
        return parameters.get(i).rate() == 1 ? lr : lr.times(parameters.get(i).rate());
    }

    private boolean excluded(Parameter p) {
        return !p.decays() || options.excluded().stream().anyMatch(pattern -> Patterns.found(pattern, p.path()));
    }

    /** Every n-th time updates with the mean of the last n gradients, else only adds them up. */
    private void accumulate(List<Expr> values, List<Integer> trained, List<Gradient> gradients) {
        int n = options.gradientAccumulationSteps();
        Expr last = iteration.plus(1).floorMod(n).equalTo(iteration.number(0));
        List<Expr> sums = new ArrayList<>();
        for (int k = 0; k < trained.size(); k++) {
            sums.add(gradients.get(k).dense().plus(accumulator(trained.get(k))));
        }
        List<Expr> start = List.copyOf(values);
        update(
                values,
                trained,
                sums.stream().map(s -> new Gradient(s.over(n), List.of())).toList());
        for (int i : trained) {
            values.set(i, last.select(values.get(i), start.get(i)));
        }
        slots.replaceAll((key, v) -> v.equals(old.get(key)) ? v : last.select(v, old.get(key)));
        for (int i = 0; i < parameters.size(); i++) {
            int k = trained.indexOf(i);
            Expr sum = k < 0 ? accumulator(i) : sums.get(k);
            slots.put(new Update.Key(OptimizerOptions.ACCUMULATOR, i), last.select(sum.number(0), sum));
        }
    }

    private Expr accumulator(int i) {
        return old.get(new Update.Key(OptimizerOptions.ACCUMULATOR, i));
    }

    /** Moves the averages of all parameters, and every n-th time makes them the parameters. */
    private void average(List<Expr> values) {
        Integer every = options.emaOverwriteFrequency();
        for (int i = 0; i < values.size(); i++) {
            Expr x = values.get(i);
            Expr started = updates.notEqualTo(updates.number(0)).cast(x.dtype());
            Expr momentum = started.times(options.emaMomentum());
            Update.Key key = new Update.Key(OptimizerOptions.AVERAGE, i);
            Expr average = momentum.times(old.get(key)).plus(momentum.from(1).times(x));
            slots.put(key, average);
            if (every != null) {
                Expr now = updates.plus(1).floorMod(every).equalTo(updates.number(0));
                values.set(i, now.select(average, x));
            }
        }
    }
}
