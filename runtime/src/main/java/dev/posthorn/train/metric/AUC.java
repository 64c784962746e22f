package dev.posthorn.train.metric;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The area under a curve of rates over the thresholds, as a sum of strips; for each label apart, then their mean, where
 * {@code multiLabel}.
 *
 * <p>(C1) two thresholds at least. (C2) numLabels with multiLabel only. Source: keras/src/metrics/confusion_metrics.py.
 *
 * @param numThresholds how many there are, ends included
 * @param thresholds those between the ends, in order; null for even ones
 * @param numLabels as the configuration says it, or null; predictions say it too
 * @param labelWeights a weight for each label, or null
 * @param fromLogits whether a sigmoid makes the predictions first
 */
public record AUC(
        MetricOptions options,
        int numThresholds,
        Curve curve,
        Summation summation,
        List<Double> thresholds,
        boolean multiLabel,
        Integer numLabels,
        List<Double> labelWeights,
        boolean fromLogits)
        implements Metric {
    /** What over what. */
    public enum Curve {
        /** True positives over false ones. */
        ROC,
        /** Precision over recall. */
        PR,
        /** Precision gain over recall gain. */
        PRGAIN
    }

    /** How high a strip is. */
    public enum Summation {
        INTERPOLATION,
        MAJORING,
        MINORING
    }

    private static final double EPSILON = 1e-7;
    private static final FieldType<Curve> CURVE =
            FieldType.of("ROC, PR or PRGAIN", o -> Curve.valueOf(((String) o).toUpperCase(Locale.ROOT)), Curve::name);
    private static final FieldType<List<Double>> WEIGHTS = new FieldType<List<Double>>(
            "a list of numbers",
            (o, c) -> FieldType.listOf(FieldType.FLOAT).reader().apply(o instanceof Map<?, ?> t ? tensor(t) : o, c),
            (l, c) -> l,
            true);

    public static final Codec<AUC> CODEC = Codec.of(
            "AUC",
            f -> new AUC(
                    f.group(MetricOptions.of("auc"), AUC::options),
                    f.of("num_thresholds", FieldType.INT, AUC::numThresholds, 200),
                    f.of("curve", CURVE, AUC::curve, Curve.ROC),
                    f.of("summation_method", FieldType.lower(Summation.class), AUC::summation, Summation.INTERPOLATION),
                    f.rare("thresholds", FieldType.listOf(FieldType.FLOAT), AUC::thresholds),
                    f.of("multi_label", FieldType.BOOL, AUC::multiLabel, false),
                    f.of("num_labels", FieldType.INT.orNull(), AUC::numLabels),
                    f.of("label_weights", WEIGHTS, AUC::labelWeights),
                    f.of("from_logits", FieldType.BOOL, AUC::fromLogits, false)));

    public AUC {
        thresholds = thresholds == null ? null : thresholds.stream().sorted().toList();
        numThresholds = thresholds == null ? numThresholds : thresholds.size() + 2;
        if (numThresholds < 2) { // (C1)
            throw new IllegalArgumentException("expected num_thresholds of at least 2 but was " + numThresholds);
        }
        if (numLabels != null && numLabels != 0 && !multiLabel) { // (C2)
            throw new IllegalArgumentException("expected multi_label with num_labels " + numLabels + " but was false");
        }
        if (thresholds != null && !thresholds.stream().allMatch(t -> t >= 0 && t <= 1)) {
            throw new IllegalArgumentException("expected thresholds in [0, 1] but was " + thresholds);
        }
    }

    private static Object tensor(Map<?, ?> serialised) {
        return ((Map<?, ?>) serialised.get("config")).get("value");
    }

    @Override
    public Codec<AUC> codec() {
        return CODEC;
    }

    @Override
    public Optional<Boolean> lessIsBetter() {
        return Optional.of(false);
    }

    private Confusion confusion() {
        List<Double> inner =
                thresholds != null ? thresholds : Thresholds.even(numThresholds).subList(1, numThresholds - 1);
        List<Double> closed = new ArrayList<>(inner);
        closed.add(0, 0.0);
        closed.add(1.0);
        List<Double> all = new ArrayList<>(inner);
        all.add(0, -EPSILON);
        all.add(1 + EPSILON);
        boolean even = thresholds == null || Thresholds.areEven(closed);
        List<Double> weights = labelWeights == null || multiLabel ? List.of() : labelWeights;
        return new Confusion(all, even, null, null, multiLabel, weights);
    }

    @Override
    public List<State> state(TensorType yPred) {
        return confusion().state(yPred, Rates.NAMES);
    }

    @Override
    public List<Value> update(
            Builder b,
            List<Value> state,
            Value yTrue,
            Value yPred,
            Optional<Value> sampleWeight,
            Optional<Value> mask) {
        Value y = fromLogits ? b.unary(Unary.Fn.SIGMOID, yPred) : yPred;
        return confusion().update(b, state, yTrue, y, sampleWeight, Rates.all());
    }

    @Override
    public Value result(Builder b, List<Value> state) {
        Rates r = Rates.of(b, state);
        if (curve == Curve.PR && summation == Summation.INTERPOLATION) {
            return together(interpolated(r)).v();
        }
        Expr x;
        Expr y;
        if (curve == Curve.ROC) {
            x = r.fp().overNoNan(r.fp().plus(r.tn()));
            y = r.recall();
        } else if (curve == Curve.PR) {
            x = r.recall();
            y = r.precision();
        } else {
            Expr none = r.tp().equalTo(r.tp().number(0));
            Expr scale = r.tp().plus(r.fn()).overNoNan(r.tn().plus(r.fp()));
            Expr recall = scale.times(r.fn().overNoNan(r.tp())).from(1);
            Expr precision = scale.times(r.fp().overNoNan(r.tp())).from(1);
            x = none.select(recall.number(0), recall).max(0);
            y = none.select(precision.number(1), precision);
        }
        Expr height = switch (summation) {
            case INTERPOLATION -> left(y).plus(right(y)).over(2);
            case MINORING -> left(y).min(right(y));
            case MAJORING -> left(y).max(right(y));
        };
        return together(left(x).minus(right(x)).times(height)).v();
    }

    /** The strips under precision over recall, where precision is not a line between thresholds. */
    private static Expr interpolated(Rates r) {
        Expr hits = left(r.tp()).minus(right(r.tp()));
        Expr p = r.tp().plus(r.fp());
        Expr slope = hits.overNoNan(left(p).minus(right(p)).max(0));
        Expr intercept = right(r.tp()).minus(slope.times(right(p)));
        Expr zero = p.number(0);
        Expr both = left(p).greaterThan(zero).and(right(p).greaterThan(zero));
        Expr ratio = both.select(left(p).overNoNan(right(p).max(0)), p.number(1));
        return slope.times(hits.plus(intercept.times(ratio.log())))
                .overNoNan(right(r.tp()).plus(right(r.fn())).max(0));
    }

    private static Expr left(Expr x) {
        return x.with(x.b().slice(x.v(), 0, 0, x.shape().dim(0) - 1));
    }

    private static Expr right(Expr x) {
        return x.with(x.b().slice(x.v(), 0, 1, x.shape().dim(0)));
    }

    /** The sum of strips; of several labels, their mean. */
    private Expr together(Expr strips) {
        if (!multiLabel) {
            return strips.sum();
        }
        Expr areas = strips.sum(0);
        if (labelWeights == null) {
            return areas.mean();
        }
        float[] w = new float[labelWeights.size()];
        for (int i = 0; i < w.length; i++) {
            w[i] = labelWeights.get(i).floatValue();
        }
        Expr weights = areas.with(areas.b().constant(Tensor.of(Shape.of(w.length), w)));
        return areas.times(weights).sum().overNoNan(weights.sum());
    }
}
