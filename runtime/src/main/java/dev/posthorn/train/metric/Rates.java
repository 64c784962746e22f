package dev.posthorn.train.metric;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * What metrics that look for the best threshold count: the four counts at thresholds from 0 to 1. Source:
 * keras/src/metrics/confusion_metrics.py.
 */
record Rates(Expr tp, Expr fp, Expr tn, Expr fn) {
    static final List<String> NAMES = List.of("true_positives", "false_positives", "true_negatives", "false_negatives");

    static Rates of(Builder b, List<Value> state) {
        Expr tp = Expr.of(b, state.get(0));
        return new Rates(tp, tp.with(state.get(1)), tp.with(state.get(2)), tp.with(state.get(3)));
    }

    static void check(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("expected " + name + " in [0, 1] but was " + value);
        }
    }

    /** Of what is true, how much is predicted. */
    Expr recall() {
        return tp.overNoNan(tp.plus(fn));
    }

    /** Of what is predicted, how much is true. */
    Expr precision() {
        return tp.overNoNan(tp.plus(fp));
    }

    /** Of what is false, how much is not predicted. */
    Expr specificity() {
        return tn.overNoNan(tn.plus(fp));
    }

    /** The largest of {@code wanted} where {@code bound} is at least {@code least}; 0 where it never is. */
    static Value best(Expr wanted, Expr bound, double least) {
        Expr reached = bound.atLeast(bound.number(least));
        return reached.select(wanted, wanted.number(0)).largest().max(0).v();
    }

    static Confusion.Count[] all() {
        return new Confusion.Count[] {
            Confusion.Count.TRUE_POSITIVES,
            Confusion.Count.FALSE_POSITIVES,
            Confusion.Count.TRUE_NEGATIVES,
            Confusion.Count.FALSE_NEGATIVES
        };
    }
}
