package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The variable of a {@code tf.random.Generator}, which holds the counter, two numbers, and the key of Philox. Each number that is
 * drawn takes the counter 256 on. Source: tensorflow/core/kernels/stateful_random_ops.cc.
 */
final class Generators {
    private static final int PHILOX = 1;
    private static final int AUTO = 3;
    private static final int RESERVED = 256;

    static final List<TfOp> ALL = List.of(
            one("RngReadAndSkip", s -> s.b().cast(state(s, s.in(1), s.in(2)), DType.INT64)),
            general("RngSkip", s -> {
                state(s, s.in(1), s.in(2));
                return List.of();
            }),
            one("StatefulUniform", s -> drawn(s, Random.Distribution.UNIFORM, DType.FLOAT32)),
            one("StatefulStandardNormalV2", s -> drawn(s, Random.Distribution.NORMAL, DType.FLOAT32)),
            one("StatefulTruncatedNormal", s -> drawn(s, Random.Distribution.TRUNCATED_NORMAL, DType.FLOAT32)),
            one("StatefulUniformFullInt", s -> drawn(s, Random.Distribution.FULL_INT, DType.UINT64)),
            one("StatefulUniformInt", s -> drawn(s, Random.Distribution.UNIFORM_INT, s.dtype(3))));

    private Generators() {}

    /** Numbers of a shape, operand 2, drawn from where the state is. */
    private static Value drawn(Site s, Random.Distribution d, DType ifAbsent) {
        Builder b = s.b();
        Value n = b.reduce(Reduce.Fn.PROD, b.cast(s.in(2), DType.INT64), false, 0);
        Value now = b.cast(state(s, s.in(1), n), DType.UINT64);
        List<Value> in = new ArrayList<>(List.of(s.in(2), b.slice(now, 0, 2, 3), b.slice(now, 0, 0, 2)));
        in.addAll(s.in(3, s.count()));
        return b.addAll(new Random(d, s.attributes().type("dtype", ifAbsent)), in)
                .get(0);
    }

    /** The state before n numbers are drawn; afterwards it is behind them. */
    private static Value state(Site s, Value which, Value n) {
        Builder b = s.b();
        if (!(which.node().op() instanceof Constant c)) {
            throw s.unsupported("an algorithm that is known only when the graph runs");
        }
        long algorithm = c.value().getLong(0);
        if (algorithm != PHILOX && algorithm != AUTO) {
            throw s.unsupported("the algorithm " + algorithm);
        }
        if (!(s.raw(0) instanceof TfValue.Handle h)) {
            throw s.unsupported("a generator that is no variable");
        }
        Value now = s.frame().state().read(h.key());
        Value more = b.times(b.cast(n, DType.INT64), b.constant(DType.INT64, RESERVED));
        Value low = b.plus(b.slice(now, 0, 0, 1), b.cast(more, now.dtype()));
        s.frame().state().assign(h.key(), b.concat(0, List.of(low, b.slice(now, 0, 1, 3))));
        return now;
    }
}
