package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.AttentionMask;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Queries attend to keys, in several heads, and take of their values: {@code q[batch×t×d], v[batch×s×…], k[batch×s×…] →
 * y[batch×t×d]}. Source: keras/src/layers/attention/multi_head_attention.py.
 *
 * @param valueDim null for the same as keyDim
 * @param outputShape the last axes of y; null for those of q
 * @param keras2 whether a query that is masked, or to which all is, attends to something, as before Keras 3
 * @param attentionAxes null for all axes between the batch and the features
 */
public record MultiHeadAttention(
        int numHeads,
        int keyDim,
        Integer valueDim,
        double dropout,
        boolean useGate,
        List<Integer> outputShape,
        List<Integer> attentionAxes,
        Integer slidingWindow,
        Projection projection,
        Object seed,
        boolean keras2)
        implements Layer {
    /** What Keras 2 notes of the inputs with which it was built, or null; it does not read configurations without. */
    private static final List<String> SHAPES = List.of("query_shape", "key_shape", "value_shape");

    public static final Codec<MultiHeadAttention> CODEC = Codec.of("MultiHeadAttention", f -> {
        SHAPES.forEach(key -> f.idle(List.of("", key), FieldType.ANY, m -> null));
        return new MultiHeadAttention(
                f.of("num_heads", FieldType.INT, MultiHeadAttention::numHeads, null),
                f.of("key_dim", FieldType.INT, MultiHeadAttention::keyDim, null),
                f.of("value_dim", FieldType.INT.orNull(), MultiHeadAttention::valueDim),
                f.of("dropout", Numbers.FLOAT, MultiHeadAttention::dropout, 0.0),
                f.of(List.of("use_gate", ""), FieldType.BOOL, MultiHeadAttention::useGate, false),
                f.of("output_shape", Numbers.INTS.orNull(), MultiHeadAttention::outputShape),
                f.of("attention_axes", Numbers.INTS.orNull(), MultiHeadAttention::attentionAxes),
                f.of(List.of("sliding_window", ""), FieldType.INT.orNull(), MultiHeadAttention::slidingWindow, null),
                f.group(Projection::of, MultiHeadAttention::projection),
                f.of(List.of("seed", ""), FieldType.ANY, MultiHeadAttention::seed, null),
                f.implied(
                        "weights other than 0 where all is masked",
                        MultiHeadAttention::keras2,
                        f.dialect() != Dialect.KERAS3));
    });

    public MultiHeadAttention {
        valueDim = valueDim == null ? Integer.valueOf(keyDim) : valueDim;
        if (numHeads <= 0 || keyDim <= 0 || valueDim <= 0) {
            throw new IllegalArgumentException("expected positive num_heads, key_dim, value_dim but was " + numHeads
                    + ", " + keyDim + ", " + valueDim);
        }
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        List<Child> children = new ArrayList<>();
        children.add(Child.of("query_dense", projection.heads("query", numHeads, keyDim, policy)));
        children.add(Child.of("key_dense", projection.heads("key", numHeads, keyDim, policy)));
        if (useGate) {
            children.add(Child.of("_gate_dense", projection.gate(numHeads, valueDim, policy)));
        }
        children.add(Child.of("value_dense", projection.heads("value", numHeads, valueDim, policy)));
        children.add(Child.of("output_dense", output(Shape.UNKNOWN, policy)));
        return children;
    }

    private LayerNode output(int features, DTypePolicy policy) {
        return projection.output(outputShape == null ? List.of(features) : outputShape, policy);
    }

    @Override
    public List<String> arguments() {
        return List.of("value", "key");
    }

    @Override
    public Set<String> newArguments() {
        return Set.of("query_mask", "value_mask", "key_mask");
    }

    @Override
    public boolean mixesBatch() {
        return dropout > 0;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return Seeds.state(seed, dropout > 0);
    }

    @Override
    public List<KerasTensor> call(Call c) {
        DTypePolicy policy = c.policy();
        Value query = c.x();
        Value value = AttentionMask.tensor(c, "value", 1)
                .orElseThrow(() -> new ShapeException(
                        className() + ": expected a query and a value but was no value, at " + c.path()));
        Value key = AttentionMask.tensor(c, "key", 2).orElse(value);
        Optional<Value> queryMask = c.input().mask();
        Optional<Value> mask = AttentionMask.of(c, query, value, queryMask, slidingWindow);
        Value q = Projection.call(c, projection.heads("query", numHeads, keyDim, policy), query);
        Value k = Projection.call(c, projection.heads("key", numHeads, keyDim, policy), key);
        Value v = Projection.call(c, projection.heads("value", numHeads, valueDim, policy), value);
        boolean scores = AttentionMask.flag(c, "return_attention_scores", 7);
        int rank = q.shape().rank();
        List<Integer> axes = attentionAxes == null
                ? IntStream.range(1, rank - 2).boxed().toList()
                : attentionAxes.stream().map(a -> a < 0 ? rank - 1 + a : a).toList();
        boolean causal = AttentionMask.onlyCausal(c, queryMask, slidingWindow); // leaves something to each query
        boolean explicit = dropout > 0 || scores || rank != 4;
        Heads heads = new Heads(axes, 1 / Math.sqrt(keyDim), explicit, keras2 && !causal);
        Heads.Result r = heads.attend(c.builder(), q, k, v, mask, w -> drop(c, w));
        Value y = useGate
                ? c.builder().times(r.output(), Projection.call(c, projection.gate(numHeads, valueDim, policy), query))
                : r.output();
        Value out = Projection.call(c, output(query.shape().dim(-1), policy), y);
        KerasTensor first = new KerasTensor(out, queryMask.orElse(null));
        return scores ? List.of(first, r.scores()) : List.of(first);
    }

    private Value drop(Call c, Value weights) {
        return c.training() ? Seeds.dropout(c, weights, dropout, null) : weights;
    }
}
