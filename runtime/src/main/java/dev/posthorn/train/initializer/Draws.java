package dev.posthorn.train.initializer;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomKey;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Random tensors, those of Keras on TensorFlow for the same seed. Source: keras/src/backend/tensorflow/random.py. */
final class Draws {
    /** The seed: an integer, a generator that begins with one, or null. */
    static final FieldType<Long> SEED = FieldType.of("an integer or a seed generator", Draws::seed, s -> (Object) s)
            .orNull();

    private Draws() {}

    private static Long seed(Object raw) {
        Object own = raw instanceof Map<?, ?> generator ? ((Map<?, ?>) generator.get("config")).get("seed") : raw;
        return own == null ? null : (Long) ((Number) own).longValue();
    }

    /** Keras 1 and 2 name a dtype, which the weight's own overrides. */
    static <T> void ownDType(Fields<T> f) {
        f.idle(List.of("", "dtype"), FieldType.STRING, o -> null);
    }

    /** Around {@code mean}. */
    static Tensor normal(TensorType type, double mean, double deviation, long seed) {
        return draw(
                Random.Distribution.NORMAL, type, seed, x -> x.times(deviation).plus(mean));
    }

    /** The same, no more than two deviations away. */
    static Tensor truncated(TensorType type, double mean, double deviation, long seed) {
        return draw(
                Random.Distribution.TRUNCATED_NORMAL,
                type,
                seed,
                x -> x.times(deviation).plus(mean));
    }

    /** Over [low, high), which Keras casts, by way of float32. */
    static Tensor uniform(TensorType type, double low, double high, long seed) {
        return draw(
                Random.Distribution.UNIFORM,
                type,
                seed,
                x -> x.times(x.number((float) high).minus((float) low)).plus((float) low));
    }

    private static Tensor draw(Random.Distribution distribution, TensorType type, long seed, UnaryOperator<Expr> then) {
        Builder b = new Builder();
        Value pair = b.input("seed", TensorType.of(DType.INT32, 2));
        List<Value> key = b.addAll(new RandomKey(), List.of(pair));
        Value shape = b.ints(type.shape().dims());
        Value drawn = b.add(new Random(distribution, type.dtype()), shape, key.get(0), key.get(1));
        int[] start = {(int) Math.floorMod(seed, (long) Integer.MAX_VALUE - 1), 0};
        return value(b, List.of(pair), then.apply(Expr.of(b, drawn)).v(), List.of(Tensor.of(Shape.of(2), start)));
    }

    /** What a graph gives. */
    static Tensor value(Builder b, List<Value> inputs, Value result, List<Tensor> values) {
        return Evaluation.of(b.graph(inputs, Map.of("result", result), Map.of()))
                .run(values, key -> null)
                .outputs()
                .get("result");
    }
}
