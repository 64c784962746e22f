package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Steps of training as ops, {@code (var, slots…, settings…, gradient) → (var, slots…)}: of a whole variable, or of the
 * rows that {@code indices} name, one after the other where a row is named more than once. Source:
 * tensorflow/core/kernels/training_ops.cc.
 */
final class TrainingSteps {
    /** All rules; most exist for variables of both kinds, for whole ones and for rows. */
    static final List<TfOp> ALL = Stream.concat(
                    StepRules.ALL.stream()
                            .flatMap(r -> Stream.of("", "Resource")
                                    .filter(kind -> !r.resourceOnly() || kind.equals("Resource"))
                                    .flatMap(kind -> r.sparse()
                                            ? Stream.of(whole(kind, r), rows(kind, r))
                                            : Stream.of(whole(kind, r)))),
                    Stream.of(
                            TfOp.general("ResourceCountUpTo", TrainingSteps::count),
                            TfOp.general("CountUpTo", TrainingSteps::count)))
            .toList();

    private TrainingSteps() {}

    private static TfOp whole(String kind, StepRules.Rule rule) {
        return TfOp.general(kind + "Apply" + rule.name(), s -> {
            List<Value> settings = new ArrayList<>(s.in(rule.states(), s.count()));
            Value gradient = settings.remove(rule.gradientAt(settings.size()));
            return assigned(s, rule.step().of(s.b(), s.attributes(), states(s, rule), gradient, settings));
        });
    }

    private static List<Value> states(Site s, StepRules.Rule rule) {
        return IntStream.range(0, rule.states())
                .mapToObj(i -> s.frame().state().read(StateOps.handle(s, i)))
                .toList();
    }

    private static List<TfValue> assigned(Site s, List<Value> states) {
        for (int i = 0; i < states.size(); i++) {
            s.frame().state().assign(StateOps.handle(s, i), states.get(i));
        }
        return StateOps.changed(s);
    }

    private static TfOp rows(String kind, StepRules.Rule rule) {
        return TfOp.general(kind + "SparseApply" + rule.name(), s -> {
            List<Value> settings = new ArrayList<>(s.in(rule.states(), s.count()));
            int at = rule.gradientAt(settings.size() - 1);
            Value gradient = settings.remove(at);
            Value indices = settings.remove(at);
            return assigned(s, ofRows(s, rule, states(s, rule), gradient, indices, settings));
        });
    }

    /** Round k takes the k-th naming of each row, so that no round names a row twice. */
    private static List<Value> ofRows(
            Site s, StepRules.Rule rule, List<Value> states, Value gradient, Value indices, List<Value> settings) {
        Builder b = s.b();
        Value order = b.add(new Iota(DType.INT32), Extents.scalar(b, b.dim(indices, 0)));
        List<Value> sorted = b.addAll(new Sort(0, false), List.of(b.cast(indices, DType.INT32), order));
        Value rows = sorted.get(0);
        Value naming = b.minus(order, b.add(new SearchSorted(false, DType.INT32), rows, rows));
        Value none = b.ints(-1);
        Value most = b.reduce(Reduce.Fn.MAX, b.concat(0, List.of(naming, none)), false, 0);
        Value rounds = b.binary(Binary.Fn.ADD, most, 1);
        List<Value> captured = new ArrayList<>(states);
        captured.addAll(List.of(b.gather(gradient, sorted.get(1), 0), rows, naming));
        captured.addAll(settings);
        int n = states.size();
        Dim times = s.frame().dims(b.reshape(rounds, 1)).get(0);
        List<Value> out = LinearSystems.loop(b, times, captured, (in, k, c) -> {
            Value now = in.compare(Compare.Fn.EQ, c.get(n + 2), k);
            Value chosen = in.cast(in.reshape(in.add(new NonZero(), now), -1), DType.INT32);
            Value places = in.gather(c.get(n + 1), chosen, 0);
            List<Value> parts =
                    c.subList(0, n).stream().map(v -> in.gather(v, places, 0)).toList();
            List<Value> changed = rule.step()
                    .of(in, s.attributes(), parts, in.gather(c.get(n), chosen, 0), c.subList(n + 3, c.size()));
            List<Value> next = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                next.add(in.add(new Scatter(Scatter.Fn.SET), c.get(i), places, changed.get(i)));
            }
            next.addAll(c.subList(n, c.size()));
            return next;
        });
        return out.subList(0, n);
    }

    /** The variable, which grows by 1, and is an error once it has reached the limit. */
    private static List<TfValue> count(Site s) {
        String key = StateOps.handle(s, 0);
        Value now = s.frame().state().read(key);
        long limit = s.attributes().integer("limit", 0);
        Value below = s.b().compare(Compare.Fn.LT, now, s.b().constant(now.dtype(), limit));
        s.frame().state().check(s.b(), "a counter below its limit " + limit + " (" + s.where() + ")", below);
        s.frame().state().assign(key, s.b().binary(Binary.Fn.ADD, now, 1));
        return List.of(new TfValue.Of(now));
    }
}
