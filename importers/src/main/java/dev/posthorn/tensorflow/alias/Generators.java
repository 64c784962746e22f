package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.List;

/**
 * The variable of a {@code tf.random.Generator}, which holds the counter, two numbers, and the key of Philox. Each number that is
 * drawn takes the counter 256 on. Source: tensorflow/core/kernels/stateful_random_ops.cc.
 */
final class Generators {
    private static final int PHILOX = 1;
    private static final int AUTO = 3;
    private static final int RESERVED = 256;

    static final List<TfOp> ALL = List.of(one("RngReadAndSkip", Generators::state));

    private Generators() {}

    /** The state before as many numbers are drawn as operand 2 says; afterwards it is behind them. */
    private static Value state(Site s) {
        Builder b = s.b();
        int algorithm = s.integer(1);
        if (algorithm != PHILOX && algorithm != AUTO) {
            throw s.unsupported("the algorithm " + algorithm);
        }
        if (!(s.raw(0) instanceof TfValue.Handle h)) {
            throw s.unsupported("a generator that is no variable");
        }
        Value now = s.frame().state().read(h.key());
        Value more = b.times(b.cast(s.in(2), DType.INT64), b.constant(DType.INT64, RESERVED));
        Value low = b.plus(b.slice(now, 0, 0, 1), b.cast(more, now.dtype()));
        s.frame().state().assign(h.key(), b.concat(0, List.of(low, b.slice(now, 0, 1, 3))));
        return b.cast(now, DType.INT64);
    }
}
