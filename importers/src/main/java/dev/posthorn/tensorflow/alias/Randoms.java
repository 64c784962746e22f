package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.Random.Distribution;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.RandomKey;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;

/** Random numbers that follow from a seed. */
final class Randoms {
    /** Philox, or whatever is best: which is Philox on a CPU. */
    private static final List<Long> PHILOX = List.of(1L, 3L);

    static final List<TfOp> ALL = List.of(
            many("StatelessRandomGetKeyCounter", s -> s.b().addAll(new RandomKey(), s.all())),
            many("StatelessRandomGetKeyCounterAlg", s -> {
                List<Value> all = new ArrayList<>(s.b().addAll(new RandomKey(), s.all()));
                all.add(s.b().constant(DType.INT32, 1));
                return all;
            }),
            one("StatelessRandomGetAlg", s -> s.b().constant(DType.INT32, 1)),
            one("StatelessRandomUniformV2", s -> drawn(s, Distribution.UNIFORM)),
            one("StatelessRandomNormalV2", s -> drawn(s, Distribution.NORMAL)),
            one("StatelessTruncatedNormalV2", s -> drawn(s, Distribution.TRUNCATED_NORMAL)),
            one("StatelessRandomUniformFullIntV2", s -> drawn(s, Distribution.FULL_INT)),
            one("StatelessRandomUniformIntV2", s -> drawn(s, Distribution.UNIFORM_INT)),
            one("StatelessRandomUniform", s -> seeded(s, Distribution.UNIFORM)),
            one("StatelessRandomNormal", s -> seeded(s, Distribution.NORMAL)),
            one("StatelessTruncatedNormal", s -> seeded(s, Distribution.TRUNCATED_NORMAL)),
            one("StatelessRandomUniformInt", s -> seeded(s, Distribution.UNIFORM_INT)),
            one("StatelessRandomUniformFullInt", s -> seeded(s, Distribution.FULL_INT)),
            one("StatelessRandomGammaV2", s -> gamma(s, s.b().addAll(new RandomKey(), List.of(s.in(1))), s.in(2))),
            one("StatelessRandomGammaV3", s -> {
                algorithm(s);
                return gamma(s, s.in(1, 3), s.in(4));
            }));

    private Randoms() {}

    private static DType type(Site s, Distribution d) {
        return d == Distribution.UNIFORM_INT
                ? s.dtype(s.count() - 1)
                : s.attributes().type("dtype", d == Distribution.FULL_INT ? DType.UINT64 : DType.FLOAT32);
    }

    private static Value gamma(Site s, List<Value> key, Value alpha) {
        return s.b().add(new RandomGamma(), s.in(0), key.get(0), key.get(1), alpha);
    }

    static void algorithm(Site s) {
        Tensor algorithm = s.constant(3);
        if (!PHILOX.contains(algorithm.getLong(0))) {
            throw s.unsupported("another generator than Philox, number " + algorithm.getLong(0));
        }
    }

    private static Value drawn(Site s, Distribution d) {
        algorithm(s);
        List<Value> in = new ArrayList<>(List.of(s.in(0), s.in(1), s.in(2)));
        in.addAll(s.in(4, s.count()));
        return s.b().addAll(new Random(d, type(s, d)), in).get(0);
    }

    private static Value seeded(Site s, Distribution d) {
        List<Value> key = s.b().addAll(new RandomKey(), List.of(s.in(1)));
        List<Value> in = new ArrayList<>(List.of(s.in(0), key.get(0), key.get(1)));
        in.addAll(s.in(2, s.count()));
        return s.b().addAll(new Random(d, type(s, d)), in).get(0);
    }
}
