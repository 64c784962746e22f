package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomBinomial;
import dev.posthorn.ir.op.RandomCategorical;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.RandomKey;
import dev.posthorn.ir.op.RandomPermutation;
import dev.posthorn.ir.op.RandomPoisson;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Random numbers whose ops go on where they were: the seeds are the key and the upper half of the counter, the lower
 * half is state. Without seeds the numbers are others in each run of the program, as TensorFlow's are. And further
 * distributions of those that follow from operands alone.
 */
final class StatefulRandoms {
    private static final SecureRandom FRESH = new SecureRandom();

    /** Draws of four numbers that TensorFlow sets aside for each number that is wanted. */
    private static final int RESERVED = 256;

    static final List<TfOp> ALL = List.of(
            one("RandomUniform", s -> drawn(s, Random.Distribution.UNIFORM)),
            one("RandomStandardNormal", s -> drawn(s, Random.Distribution.NORMAL)),
            one("TruncatedNormal", s -> drawn(s, Random.Distribution.TRUNCATED_NORMAL)),
            one("RandomUniformInt", s -> {
                Random op = new Random(Random.Distribution.UNIFORM_INT, s.dtype(1));
                return counted(s, size(s, s.in(0)), RESERVED, (k, c) -> s.b().add(op, s.in(0), k, c, s.in(1), s.in(2)));
            }),
            one("Multinomial", s -> {
                int samples = s.integer(1);
                Value rows = Shapes.value(s, s.b().dim(s.in(0), 0));
                int each = 2 * ((samples + 3) / 4 * 4);
                Value n = s.b().binary(Binary.Fn.MUL, rows, each);
                return counted(s, n, RESERVED, (k, c) -> categorical(s, samples, k, c));
            }),
            one("RandomShuffle", s -> {
                Value n = Shapes.value(s, s.b().dim(s.in(0), 0));
                Value draws = s.b().binary(Binary.Fn.DIV, s.b().binary(Binary.Fn.ADD, n, 2), 4); // of n − 1 numbers
                return counted(s, draws, 1, (k, c) -> shuffled(s, k, c));
            }),
            one("RandomGamma", s -> {
                Value shape = full(s);
                return counted(
                        s, size(s, shape), RESERVED, (k, c) -> s.b().add(new RandomGamma(), shape, k, c, s.in(1)));
            }),
            one("RandomPoisson", s -> poisson(s, s.dtype(1))),
            one("RandomPoissonV2", s -> poisson(s, s.attributes().type("dtype", DType.INT64))),
            one("StatelessMultinomial", s -> {
                List<Value> key = keys(s, 2);
                return categorical(s, s.integer(1), key.get(0), key.get(1));
            }),
            one("StatelessShuffle", s -> {
                Randoms.algorithm(s);
                return shuffled(s, s.in(1), s.in(2));
            }),
            one("StatelessRandomPoisson", s -> {
                List<Value> key = keys(s, 1);
                RandomPoisson op = new RandomPoisson(s.attributes().type("dtype"));
                return s.b().add(op, s.in(0), key.get(0), key.get(1), s.in(2));
            }),
            one("StatelessRandomBinomial", s -> {
                List<Value> key = keys(s, 1);
                RandomBinomial op = new RandomBinomial(s.attributes().type("dtype", DType.INT64));
                DType real = DType.FLOAT64;
                return s.b().add(
                                op,
                                s.in(0),
                                key.get(0),
                                key.get(1),
                                s.b().cast(s.in(2), real),
                                s.b().cast(s.in(3), real));
            }));

    private StatefulRandoms() {}

    private static List<Value> keys(Site s, int seed) {
        return s.b().addAll(new RandomKey(), List.of(s.in(seed)));
    }

    private static Value size(Site s, Value shape) {
        return s.b().reduce(dev.posthorn.ir.op.Reduce.Fn.PROD, s.b().cast(shape, DType.INT64), false, 0);
    }

    /** What {@code draw} gives for a key and a counter; the state goes on by {@code n · each}. */
    static Value counted(Site s, Value n, int each, BiFunction<Value, Value, Value> draw) {
        Builder b = s.b();
        String key = s.counter();
        Value now = s.frame().state().read(key);
        Value more = b.times(b.cast(n, DType.INT64), b.constant(DType.INT64, each));
        s.frame().state().assign(key, b.plus(now, more));
        return seeded(s, b.reshape(b.cast(now, DType.UINT64), Dim.of(1)), draw);
    }

    /** What {@code draw} gives for the key and the counter at the beginning: the same in each run. */
    static Value fixed(Site s, BiFunction<Value, Value, Value> draw) {
        return seeded(s, s.b().constant(Tensor.of(DType.UINT64, Shape.of(1), new long[1])), draw);
    }

    private static Value seeded(Site s, Value low, BiFunction<Value, Value, Value> draw) {
        Builder b = s.b();
        long seed = s.attributes().integer("seed", 0);
        long second = s.attributes().integer("seed2", 0);
        if (seed == 0 && second == 0) {
            seed = FRESH.nextLong();
            second = FRESH.nextLong();
        }
        Value high = b.constant(Tensor.of(DType.UINT64, Shape.of(1), new long[] {second}));
        Value first = b.constant(Tensor.of(DType.UINT64, Shape.of(1), new long[] {seed}));
        return draw.apply(first, b.concat(0, List.of(low, high)));
    }

    private static Value drawn(Site s, Random.Distribution d) {
        Random op = new Random(d, s.attributes().type("dtype", DType.FLOAT32));
        return counted(s, size(s, s.in(0)), RESERVED, (k, c) -> s.b().add(op, s.in(0), k, c));
    }

    private static Value categorical(Site s, int samples, Value key, Value counter) {
        DType to = s.attributes().type("output_dtype", DType.INT64);
        return s.b().add(new RandomCategorical(samples, to), key, counter, s.in(0));
    }

    private static Value shuffled(Site s, Value key, Value counter) {
        Value n = Shapes.value(s, s.b().dim(s.in(0), 0));
        return s.b().gather(s.in(0), s.b().add(new RandomPermutation(), n, key, counter), 0);
    }

    /** The shape of the first operand with that of the second, the distribution's parameters, behind it. */
    private static Value full(Site s) {
        List<Value> parts = new ArrayList<>(List.of(s.b().cast(s.in(0), DType.INT32)));
        if (s.shape(1).rank() > 0) {
            parts.add(s.b().add(new ShapeOf(), s.in(1)));
        }
        return s.b().concat(0, parts);
    }

    private static Value poisson(Site s, DType to) {
        Value shape = full(s);
        return counted(s, size(s, shape), RESERVED, (k, c) -> s.b().add(new RandomPoisson(to), shape, k, c, s.in(1)));
    }
}
