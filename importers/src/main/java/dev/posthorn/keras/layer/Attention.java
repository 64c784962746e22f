package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.AttentionMask;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code q[batch×t×d], v[batch×s×m], k[batch×s×d] → y[batch×t×m] = softmax(scores(q, k)) · v}; without k it is v.
 * Source: keras/src/layers/attention/attention.py, additive_attention.py.
 *
 * @param causal whether every call is causal, which Keras 2 said here and Keras 3 says in the call
 */
public record Attention(Score score, boolean useScale, double dropout, Object seed, boolean causal) implements Layer {
    /** How well a query fits a key. */
    public enum Score {
        /** {@code q·k}, times a scale. */
        DOT,
        /** {@code concat_score_weight · Σ tanh(scale · (q + k))}. */
        CONCAT,
        /** {@code Σ scale · tanh(q + k)}, a scale for each feature: the layer {@code AdditiveAttention}. */
        ADDITIVE
    }

    private static final FieldType<Score> MODE = FieldType.lower(Score.class);

    public static final Codec<Attention> CODEC =
            Codec.of("Attention", f -> of(f, f.of("score_mode", MODE, Attention::score, Score.DOT), false));
    public static final Codec<Attention> ADDITIVE = Codec.of("AdditiveAttention", f -> of(f, Score.ADDITIVE, true));

    private static Attention of(Fields<Attention> f, Score score, boolean scaled) {
        return new Attention(
                score,
                f.of("use_scale", FieldType.BOOL, Attention::useScale, scaled),
                f.of("dropout", Numbers.FLOAT, Attention::dropout, 0.0),
                f.of(List.of("seed", ""), FieldType.ANY, Attention::seed, null),
                f.old("causal", FieldType.BOOL, Attention::causal, false));
    }

    @Override
    public String className() {
        return score == Score.ADDITIVE ? "AdditiveAttention" : "Attention";
    }

    @Override
    public boolean mixesBatch() {
        return dropout > 0;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        if (useScale) {
            weights.add(
                    score == Score.ADDITIVE
                            ? Weight.of("scale", inputs.get(0).shape().dim(-1))
                            : Weight.of("scale"));
        }
        if (score == Score.CONCAT) {
            weights.add(Weight.of("concat_score_weight"));
        }
        weights.addAll(Seeds.state(seed, dropout > 0));
        return weights;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        List<KerasTensor> in = c.inputs();
        if (in.size() < 2 || in.size() > 3) {
            throw new ShapeException(
                    className() + ": expected [query, value] or [query, value, key] but was " + in.size() + " inputs");
        }
        Value value = in.get(1).value();
        Value scores = scores(c, in.get(0).value(), in.get(in.size() - 1).value());
        Value queryMask = mask(c, 0);
        Value keep = mask(c, 1) == null ? null : b.expandDims(b.cast(mask(c, 1), DType.BOOL), -2);
        if (causal || AttentionMask.flag(c, "use_causal_mask", 4)) {
            Value before = AttentionMask.causal(b, b.dim(scores, -2), b.dim(scores, -1));
            keep = keep == null ? before : b.binary(Binary.Fn.AND, keep, before);
        }
        if (keep != null) {
            double far = scores.dtype() == DType.FLOAT16 ? 65504 : 1e9;
            scores = b.select(keep, scores, b.binary(Binary.Fn.SUB, scores, far));
        }
        Value weights = b.add(new Softmax(List.of(-1)), scores);
        weights = c.training() ? Seeds.dropout(c, weights, dropout, null) : weights;
        Value y = b.matmul(weights, value);
        y = queryMask == null
                ? y
                : b.select(b.expandDims(b.cast(queryMask, DType.BOOL), -1), y, b.constant(y.dtype(), 0));
        KerasTensor first = new KerasTensor(y, queryMask);
        boolean both = AttentionMask.flag(c, "return_attention_scores", 3);
        return both ? List.of(first, KerasTensor.of(weights)) : List.of(first);
    }

    private Value scores(Call c, Value q, Value k) {
        Builder b = c.builder();
        if (score == Score.DOT) {
            Value dot = b.add(new MatMul(false, true), q, k);
            return useScale ? b.times(dot, c.weight("scale")) : dot;
        }
        Value sum = b.plus(b.expandDims(q, -2), b.expandDims(k, -3));
        if (score == Score.CONCAT) {
            Value bent = b.unary(Unary.Fn.TANH, useScale ? b.times(c.weight("scale"), sum) : sum);
            return b.times(c.weight("concat_score_weight"), b.reduce(Reduce.Fn.SUM, bent, false, -1));
        }
        Value bent = b.unary(Unary.Fn.TANH, sum);
        return b.reduce(Reduce.Fn.SUM, useScale ? b.times(c.weight("scale"), bent) : bent, false, -1);
    }

    /** The mask of an input: of the argument {@code mask}, a list, where that is given, else the one that it carries. */
    private static Value mask(Call c, int i) {
        if (c.argument("mask", 1).orElse(null) instanceof List<?> given) {
            return i < given.size() && given.get(i) instanceof KerasTensor t ? t.value() : null;
        }
        return c.inputs().get(i).maskOrNull();
    }
}
