package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.Optional;
import java.util.stream.Stream;

/** How far predictions are from targets. A record of its configuration. */
public interface Loss {
    Codec<? extends Loss> codec();

    LossOptions options();

    /** The type of the targets of an output, where nothing but the output tells it; a number of a class is an int64. */
    default TensorType target(TensorType output) {
        return output.withDType(DType.FLOAT32);
    }

    /**
     * One loss for each sample. What Keras knows as a function: {@code keras.losses.mean_squared_error}.
     *
     * <p>Where {@code yPred} is the very result of a softmax or a sigmoid, the cross-entropies take its operand instead, as
     * Keras does: they lose no precision then.
     *
     * @param yTrue the targets, of any dtype
     * @param yPred the predictions, floating-point
     */
    Value call(Builder b, Value yTrue, Value yPred);

    /** Which losses of {@link #call} count, where the loss itself says so. */
    default Optional<Value> mask(Builder b, Value yTrue, Value yPred) {
        return Optional.empty();
    }

    /**
     * The loss, reduced: a scalar, but for {@link Reduction#NONE}.
     *
     * @param mask which values count; the mask of {@code yPred}
     */
    default Value apply(Builder b, Value yTrue, Value yPred, Optional<Value> sampleWeight, Optional<Value> mask) {
        DType dtype = options().dtype() == null ? DType.FLOAT32 : options().dtype();
        Aligned both = Aligned.of(Expr.of(b, b.cast(yTrue, dtype)), Expr.of(b, b.cast(yPred, dtype)));
        Value values = call(b, both.x().v(), both.y().v());
        Optional<Value> own = mask(b, both.x().v(), both.y().v());
        Optional<Value> all = Stream.of(mask, own)
                .flatMap(Optional::stream)
                .map(m -> b.cast(m, DType.BOOL))
                .reduce((m, n) -> Expr.of(b, m).and(Expr.of(b, n)).v());
        return options().reduction().apply(b, values, sampleWeight, all);
    }
}
