package dev.posthorn.tools.drift;

import dev.posthorn.tools.InputException;
import dev.posthorn.tools.report.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * What is still allowed of a drift; each may be absent.
 *
 * @param agreement the least part of rows in the same class
 * @param meanDifference the largest mean of {@code |new − old|}
 * @param difference the largest {@code |new − old|}
 * @param accuracyDrop by how much the accuracy may be less
 * @param errorGrowth by which part the mean absolute error may be more
 */
public record Limits(
        OptionalDouble agreement,
        OptionalDouble meanDifference,
        OptionalDouble difference,
        OptionalDouble accuracyDrop,
        OptionalDouble errorGrowth) {

    /** A limit on an output. */
    public record Checked(String option, String output, String text, double was, double limit, boolean passed) {}

    /** Every limit on every output that it is about; a limit that no output has is an error. */
    public List<Checked> check(Drift drift) {
        List<Checked> all = new ArrayList<>();
        Predicate<OutputDrift> any = o -> true;
        Predicate<OutputDrift> classes = o -> o instanceof ClassDrift;
        Predicate<OutputDrift> judged = o -> o instanceof ClassDrift c && c.isJudged();
        Predicate<OutputDrift> measured = o -> o instanceof ValueDrift v && v.isJudged();
        new Measure("--min-agreement", "agreement", true, classes)
                .check(drift, agreement, o -> ((ClassDrift) o).agreement(), all);
        new Measure("--max-mean-difference", "mean difference", false, any)
                .check(drift, meanDifference, OutputDrift::meanDifference, all);
        new Measure("--max-difference", "largest difference", false, any)
                .check(drift, difference, OutputDrift::maxDifference, all);
        new Measure("--max-accuracy-drop", "drop of the accuracy", false, judged)
                .check(drift, accuracyDrop, Limits::drop, all);
        new Measure("--max-error-growth", "growth of the mean absolute error", false, measured)
                .check(drift, errorGrowth, Limits::growth, all);
        return all;
    }

    private static double drop(OutputDrift o) {
        ClassDrift c = (ClassDrift) o;
        return c.accuracyBefore() - c.accuracyAfter();
    }

    private static double growth(OutputDrift o) {
        ValueDrift v = (ValueDrift) o;
        return v.errorBefore() == v.errorAfter() ? 0 : v.errorAfter() / v.errorBefore() - 1;
    }

    private record Measure(String option, String what, boolean least, Predicate<OutputDrift> about) {
        void check(Drift d, OptionalDouble limit, ToDoubleFunction<OutputDrift> value, List<Checked> all) {
            limit.ifPresent(l -> of(d, option, about).forEach(o -> {
                double was = value.applyAsDouble(o);
                String text = what + " of " + o.name() + ": expected at " + (least ? "least " : "most ")
                        + Numbers.value(l) + " but was " + Numbers.value(was);
                all.add(new Checked(option, o.name(), text, was, l, least ? was >= l : was <= l));
            }));
        }
    }

    private static List<OutputDrift> of(Drift d, String option, Predicate<OutputDrift> about) {
        List<OutputDrift> found = d.outputs().stream().filter(about).toList();
        if (found.isEmpty()) {
            String what = option.equals("--min-agreement")
                    ? "an output of classes"
                    : option.equals("--max-accuracy-drop")
                            ? "an output of classes with targets"
                            : "an output of numbers with targets";
            throw new InputException("verify: expected " + what + " but was none, at " + option + " (see --task, --y)");
        }
        return found;
    }
}
