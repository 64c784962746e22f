package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.AttentionMask;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Seeds;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention of several heads, of which groups share keys and values: {@code q[batch×t×d], v[batch×s×d], k[batch×s×d] →
 * y[batch×t×d]}. Source: keras/src/layers/attention/grouped_query_attention.py.
 */
public record GroupQueryAttention(
        String className,
        int headDim,
        int queryHeads,
        int keyValueHeads,
        double dropout,
        boolean useGate,
        Integer slidingWindow,
        Projection projection,
        Object seed)
        implements Layer {
    public static Codec<GroupQueryAttention> codec(String className) {
        return Codec.of(
                className,
                f -> new GroupQueryAttention(
                        className,
                        f.of("head_dim", FieldType.INT, GroupQueryAttention::headDim, null),
                        f.of("num_query_heads", FieldType.INT, GroupQueryAttention::queryHeads, null),
                        f.of("num_key_value_heads", FieldType.INT, GroupQueryAttention::keyValueHeads, null),
                        f.of("dropout", Numbers.FLOAT, GroupQueryAttention::dropout, 0.0),
                        f.of("use_gate", FieldType.BOOL, GroupQueryAttention::useGate, false),
                        f.of("sliding_window", FieldType.INT.orNull(), GroupQueryAttention::slidingWindow),
                        f.group(Projection::of, GroupQueryAttention::projection),
                        f.of("seed", FieldType.ANY, GroupQueryAttention::seed)));
    }

    public GroupQueryAttention {
        if (headDim <= 0 || keyValueHeads <= 0 || queryHeads <= 0 || queryHeads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "expected num_query_heads to be a multiple of num_key_value_heads but was " + queryHeads + " and "
                            + keyValueHeads);
        }
    }

    @Override
    public String sourceName() {
        return "GroupedQueryAttention";
    }

    @Override
    public String exportedName() {
        return "GroupQueryAttention";
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        List<Child> children = new ArrayList<>();
        children.add(Child.of("_query_dense", projection.heads("query", queryHeads, headDim, policy)));
        children.add(Child.of("_key_dense", projection.heads("key", keyValueHeads, headDim, policy)));
        if (useGate) {
            children.add(Child.of("_gate_dense", projection.gate(queryHeads, headDim, policy)));
        }
        children.add(Child.of("_value_dense", projection.heads("value", keyValueHeads, headDim, policy)));
        children.add(Child.of("_output_dense", projection.output(List.of(Shape.UNKNOWN), policy)));
        return children;
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
        Builder b = c.builder();
        DTypePolicy policy = c.policy();
        Value query = c.x();
        Value value = AttentionMask.tensor(c, "value", 1)
                .orElseThrow(() -> new ShapeException(
                        className + ": expected a query and a value but was no value, at " + c.path()));
        Value key = AttentionMask.tensor(c, "key", 2).orElse(value);
        Optional<Value> mask = AttentionMask.of(c, query, value, AttentionMask.carried(c, "query", 0), slidingWindow);
        Value q = Projection.call(c, projection.heads("query", queryHeads, headDim, policy), query);
        Value k = repeated(b, Projection.call(c, projection.heads("key", keyValueHeads, headDim, policy), key));
        Value v = repeated(b, Projection.call(c, projection.heads("value", keyValueHeads, headDim, policy), value));
        boolean scores = AttentionMask.flag(c, "return_attention_scores", 7);
        Heads heads = new Heads(List.of(1), 1 / Math.sqrt(headDim), dropout > 0 || scores, false);
        Heads.Result r = heads.attend(b, q, k, v, mask, w -> drop(c, w));
        Value y = useGate
                ? b.times(r.output(), Projection.call(c, projection.gate(queryHeads, headDim, policy), query))
                : r.output();
        Value out = Projection.call(c, projection.output(List.of(query.shape().dim(-1)), policy), y);
        KerasTensor first = new KerasTensor(out, c.input().maskOrNull());
        return scores ? List.of(first, r.scores()) : List.of(first);
    }

    /** {@code x[batch×s×heads×n]} with each head as often as queries share it. */
    private Value repeated(Builder b, Value x) {
        Dim[] d = b.dims(x);
        Value y = b.broadcastTo(b.expandDims(x, 3), d[0], d[1], d[2], Dim.of(queryHeads / keyValueHeads), d[3]);
        return b.reshape(y, d[0], d[1], Dim.of(queryHeads), d[3]);
    }

    private Value drop(Call c, Value weights) {
        return c.training() ? Seeds.dropout(c, weights, dropout, null) : weights;
    }
}
