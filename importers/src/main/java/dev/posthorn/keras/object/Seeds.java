package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.RandomKey;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keras's random numbers: they follow from a seed of two integers, and a layer that draws several times takes its seeds
 * from a state {@code [seed, draws so far]}. Source: keras/src/random/seed_generator.py, keras/src/backend/tensorflow/random.py.
 */
public final class Seeds {
    private static final String STATE = "seed_generator_state";

    private Seeds() {}

    /** The state of a layer that draws; {@code seed} is what its configuration says, null for one of the layer's own. */
    public static Weight state(Object seed) {
        return Weight.seed(STATE, seed == null ? null : ((Number) seed).longValue());
    }

    /** The state, where anything is drawn. */
    public static List<Weight> state(Object seed, boolean draws) {
        return draws ? List.of(state(seed)) : List.of();
    }

    /** The next seed of a layer: {@code int32[2]}. */
    public static Value next(Call c) {
        Builder b = c.builder();
        Value state = c.rawWeight(STATE);
        c.update(STATE, b.plus(state, b.constant(Tensor.of(Shape.of(2), new long[] {0, 1}))));
        return b.cast(b.binary(Binary.Fn.FLOOR_MOD, state, Integer.MAX_VALUE - 1), DType.INT32);
    }

    /** Numbers of [low, high). */
    public static Value uniform(Builder b, Value seed, DType dtype, double low, double high, Dim... shape) {
        return uniform(b, seed, b.constant(dtype, low), b.constant(dtype, high), shape);
    }

    /** The same with bounds that broadcast. */
    public static Value uniform(Builder b, Value seed, Value low, Value high, Dim... shape) {
        Value unit = draw(b, Random.Distribution.UNIFORM, low.dtype(), seed, List.of(), shape);
        return b.plus(b.times(unit, b.minus(high, low)), low);
    }

    /** Numbers normally distributed. */
    public static Value normal(Builder b, Value seed, DType dtype, double mean, double deviation, Dim... shape) {
        Value unit = draw(b, Random.Distribution.NORMAL, dtype, seed, List.of(), shape);
        return b.binary(Binary.Fn.ADD, b.binary(Binary.Fn.MUL, unit, deviation), mean);
    }

    /** Integers of [low, high), int32 or int64 as the bounds are. */
    public static Value integers(Builder b, Value seed, Value low, Value high, Dim... shape) {
        return draw(b, Random.Distribution.UNIFORM_INT, low.dtype(), seed, List.of(low, high), shape);
    }

    /** Numbers of the gamma distribution with {@code alpha}, which is broadcast to the shape. */
    public static Value gamma(Builder b, Value seed, Value alpha, Dim... shape) {
        List<Value> key = b.addAll(new RandomKey(), List.of(seed));
        Value each = b.broadcastTo(alpha, shape);
        Value y = b.add(new RandomGamma(), b.shape(shape), key.get(0), key.get(1), each);
        return b.binary(Binary.Fn.MAX, y, alpha.dtype() == DType.FLOAT64 ? Double.MIN_NORMAL : Float.MIN_NORMAL);
    }

    /** Numbers of the beta distribution. */
    public static Value beta(Builder b, Value seed, Value alpha, Value beta, Dim... shape) {
        Value x = gamma(b, seed, alpha, shape);
        Value y = gamma(b, b.binary(Binary.Fn.ADD, seed, 12), beta, shape);
        return b.over(x, b.plus(x, y));
    }

    /** 0 … n-1 in another order. */
    public static Value shuffled(Builder b, Value seed, Dim n) {
        Value keys = uniform(b, seed, DType.FLOAT32, 0, 1, n);
        Expr k = Expr.of(b, keys);
        Expr i = k.iota(n).cast(DType.INT32);
        Expr earlier = i.expandDims(0).lessThan(i.expandDims(1));
        Expr here = k.expandDims(1);
        Expr other = k.expandDims(0);
        Expr before = other.lessThan(here).or(other.equalTo(here).and(earlier));
        Expr rank = before.cast(DType.INT32).sum(1); // where each goes
        Expr at = rank.expandDims(0).equalTo(i.expandDims(1)).cast(DType.INT32);
        return b.add(new ArgReduce(true, 1, DType.INT32), at.v());
    }

    private static Value draw(
            Builder b, Random.Distribution fn, DType dtype, Value seed, List<Value> bounds, Dim... shape) {
        List<Value> key = b.addAll(new RandomKey(), List.of(seed));
        List<Value> in = new ArrayList<>(List.of(b.shape(shape), key.get(0), key.get(1)));
        in.addAll(bounds);
        return b.addAll(new Random(fn, dtype), in).get(0);
    }

    /**
     * {@code x / (1 - rate)}, or 0 with probability {@code rate}.
     *
     * @param shape the shape in which is drawn, null for that of x where a dimension is null; null for that of x
     */
    public static Value dropout(Call c, Value x, double rate, List<Integer> shape) {
        Builder b = c.builder();
        if (rate == 0) {
            return x;
        }
        if (rate == 1) {
            return b.binary(Binary.Fn.MUL, x, 0);
        }
        Value drawn = uniform(b, next(c), x.dtype(), 0, 1, shape(b, x, shape));
        Value keep = b.compare(Compare.Fn.GE, drawn, b.constant(x.dtype(), rate));
        return b.select(keep, b.binary(Binary.Fn.MUL, x, 1 / (1 - rate)), b.constant(x.dtype(), 0));
    }

    /** The dimensions of x, but for those that are given. */
    public static Dim[] shape(Builder b, Value x, List<Integer> given) {
        Dim[] dims = b.dims(x);
        for (int i = 0; given != null && i < dims.length; i++) {
            dims[i] = Optional.ofNullable(given.get(i)).map(Dim::of).orElse(dims[i]);
        }
        return dims;
    }
}
