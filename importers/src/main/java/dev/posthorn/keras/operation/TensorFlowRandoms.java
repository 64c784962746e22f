package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomCategorical;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.RandomPermutation;
import dev.posthorn.ir.op.RandomPoisson;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Weight;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Functions of TensorFlow that draw, in training and else: a layer for each call remembers how far it is. With a seed the
 * numbers are TensorFlow's for that seed where no other was set for all; without one they follow from where the layer stands.
 * Source: tensorflow/python/ops/random_ops.py, tensorflow/core/util/guarded_philox_random.h.
 */
final class TensorFlowRandoms {
    /** The first half of a seed where the program set none. */
    private static final long NO_SEED = 87654321;

    /** Draws of four numbers that TensorFlow sets aside for each number that is wanted. */
    private static final int RESERVED = 256;

    private static final String STATE = "random_state";

    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("random.normal", of(a -> normal(a, 0, Random.Distribution.NORMAL))),
            Map.entry("random.truncated_normal", of(a -> normal(a, 0, Random.Distribution.TRUNCATED_NORMAL))),
            Map.entry("random.uniform", of(TensorFlowRandoms::uniform)),
            Map.entry("random.gamma", of(TensorFlowRandoms::gamma)),
            Map.entry("random.poisson", of(TensorFlowRandoms::poisson)),
            Map.entry("random.shuffle", of(TensorFlowRandoms::shuffle)),
            Map.entry("random.categorical", of(TensorFlowRandoms::categorical)),
            Map.entry("nn.dropout", of(a -> dropout(a, a.tensor("x", 0), a.number("rate", 0), "noise_shape"))),
            Map.entry("keras.backend.random_normal", of(a -> normal(a, 0, Random.Distribution.NORMAL))),
            Map.entry("keras.backend.truncated_normal", of(a -> normal(a, 0, Random.Distribution.TRUNCATED_NORMAL))),
            Map.entry("keras.backend.random_uniform", of(TensorFlowRandoms::uniform)),
            Map.entry("keras.backend.random_bernoulli", of(TensorFlowRandoms::bernoulli)),
            Map.entry("keras.backend.dropout", of(a -> dropout(a, a.x(), a.number("level", 0), "noise_shape"))));

    private TensorFlowRandoms() {}

    /** What a layer that calls the function remembers. */
    static List<Weight> weights(String function) {
        return ALL.containsKey(function) ? List.of(Weight.seed(STATE, null)) : List.of();
    }

    /** What {@code draw} gives for a key and a counter, of which {@code draws} are then used up. */
    private static Value counted(Arguments a, Value draws, BiFunction<Value, Value, Value> draw) {
        Builder b = a.b();
        Call c = a.call();
        Value state = c.rawWeight(STATE);
        Value none = b.constant(Tensor.of(Shape.of(1), new long[1]));
        c.update(STATE, b.plus(state, b.concat(0, List.of(none, b.reshape(b.cast(draws, DType.INT64), 1)))));
        boolean seeded = a.option("seed") instanceof Number;
        long seed = a.option("seed") instanceof Number n ? n.longValue() : 0;
        Value low = b.cast(b.slice(state, 0, 1, 2), DType.UINT64);
        Value high = b.constant(Tensor.of(DType.UINT64, Shape.of(1), new long[] {seed}));
        Value key = seeded
                ? b.constant(Tensor.of(DType.UINT64, Shape.of(1), new long[] {NO_SEED}))
                : b.cast(b.slice(state, 0, 0, 1), DType.UINT64);
        return draw.apply(key, b.concat(0, List.of(low, high)));
    }

    private static Value drawn(Arguments a, Value shape, Random op, Value... bounds) {
        Builder b = a.b();
        Value n = b.reduce(Reduce.Fn.PROD, b.cast(shape, DType.INT64), false, 0);
        return counted(
                a,
                b.binary(Binary.Fn.MUL, n, RESERVED),
                (key, counter) -> bounds.length == 0
                        ? b.add(op, shape, key, counter)
                        : b.add(op, shape, key, counter, bounds[0], bounds[1]));
    }

    private static Value shape(Arguments a) {
        return a.b().shape(TensorFlowFunctions.dims(a, "shape", 0));
    }

    private static Value normal(Arguments a, double mean, Random.Distribution d) {
        Builder b = a.b();
        DType dtype = a.dtype("dtype", DType.FLOAT32);
        Value y = drawn(a, shape(a), new Random(d, dtype));
        Value scale = number(a, "stddev", 2, dtype, 1);
        return b.plus(b.times(y, scale), number(a, "mean", 1, dtype, mean));
    }

    /** A parameter that may be a tensor. */
    private static Value number(Arguments a, String name, int position, DType dtype, double otherwise) {
        Object raw = a.raw(name, position);
        return raw == null ? a.b().constant(dtype, otherwise) : a.b().cast(a.tensor(name, position), dtype);
    }

    private static Value uniform(Arguments a) {
        Builder b = a.b();
        DType dtype = a.dtype("dtype", DType.FLOAT32);
        Value low = number(a, "minval", 1, dtype, 0);
        Value high = number(a, "maxval", 2, dtype, 1);
        if (dtype.isInteger()) {
            return drawn(a, shape(a), new Random(Random.Distribution.UNIFORM_INT, dtype), low, high);
        }
        Value unit = drawn(a, shape(a), new Random(Random.Distribution.UNIFORM, dtype));
        return b.plus(b.times(unit, b.minus(high, low)), low);
    }

    /** {@code Γ(alpha) / beta}, at least the smallest number: for each of the shape's places all of the parameters. */
    private static Value gamma(Arguments a) {
        Builder b = a.b();
        DType dtype = a.dtype("dtype", DType.FLOAT32);
        Value beta = number(a, "beta", 2, dtype, 1);
        Value alpha = b.times(number(a, "alpha", 1, dtype, 1), b.over(beta, beta)); // as wide as both
        Value drawn = drawn(a, alpha, (shape, key, counter) -> b.add(new RandomGamma(), shape, key, counter, alpha));
        return b.binary(Binary.Fn.MAX, b.over(drawn, beta), dtype.bytes() > 4 ? Double.MIN_NORMAL : Float.MIN_NORMAL);
    }

    private static Value poisson(Arguments a) {
        Builder b = a.b();
        RandomPoisson op = new RandomPoisson(a.dtype("dtype", DType.FLOAT32));
        Object raw = a.raw("lam", 1);
        Value lam = raw == null ? b.constant(DType.FLOAT32, 1) : a.tensor("lam", 1);
        return drawn(a, lam, (shape, key, counter) -> b.add(op, shape, key, counter, lam));
    }

    /** What is drawn for a shape, a key and a counter. */
    private interface Draw {
        Value of(Value shape, Value key, Value counter);
    }

    /** For each place of the argument {@code shape} one number for each of the parameters. */
    private static Value drawn(Arguments a, Value parameters, Draw draw) {
        Builder b = a.b();
        Value shape = shape(a);
        Value all = parameters.shape().rank() == 0
                ? shape
                : b.concat(0, List.of(b.cast(shape, DType.INT32), b.add(new ShapeOf(), parameters)));
        Value n = b.reduce(Reduce.Fn.PROD, b.cast(all, DType.INT64), false, 0);
        return counted(a, b.binary(Binary.Fn.MUL, n, RESERVED), (key, counter) -> draw.of(all, key, counter));
    }

    private static Value bernoulli(Arguments a) {
        Builder b = a.b();
        DType dtype = a.dtype("dtype", DType.FLOAT32);
        Value unit = drawn(a, shape(a), new Random(Random.Distribution.UNIFORM, dtype));
        return b.cast(b.compare(Compare.Fn.LE, unit, number(a, "p", 1, dtype, 0)), dtype);
    }

    /** {@code x / (1 − rate)}, or 0 with the probability rate; whether the model trains or not. */
    private static Value dropout(Arguments a, Value x, double rate, String noiseShape) {
        Builder b = a.b();
        if (rate < 0 || rate >= 1) {
            throw a.unsupported("rate " + rate);
        }
        Value shape = a.option(noiseShape) == null
                ? b.add(new ShapeOf(), x)
                : b.shape(TensorFlowFunctions.dims(a, noiseShape, 2));
        a.option("seed");
        if (rate == 0) {
            return x;
        }
        Value unit = drawn(a, b.cast(shape, DType.INT32), new Random(Random.Distribution.UNIFORM, x.dtype()));
        Value kept = b.compare(Compare.Fn.GE, unit, b.constant(x.dtype(), rate));
        Value scaled = b.binary(Binary.Fn.MUL, x, 1 / (1 - rate));
        return b.select(kept, scaled, b.constant(x.dtype(), 0));
    }

    /** The slices along the first axis in random order. */
    private static Value shuffle(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("value", 0);
        Value n = Extents.scalar(b, b.dim(x, 0));
        Value draws = b.binary(Binary.Fn.DIV, b.binary(Binary.Fn.ADD, n, 2), 4);
        return counted(a, draws, (key, counter) -> b.gather(x, b.add(new RandomPermutation(), n, key, counter), 0));
    }

    private static Value categorical(Arguments a) {
        Builder b = a.b();
        Value logits = a.tensor("logits", 0);
        int samples = a.integer("num_samples", 1);
        Value rows = Extents.scalar(b, b.dim(logits, 0));
        Value draws = b.binary(Binary.Fn.MUL, rows, 2 * ((samples + 3) / 4 * 4) * RESERVED);
        RandomCategorical op = new RandomCategorical(samples, a.dtype("dtype", DType.INT64));
        return counted(a, draws, (key, counter) -> b.add(op, key, counter, logits));
    }
}
