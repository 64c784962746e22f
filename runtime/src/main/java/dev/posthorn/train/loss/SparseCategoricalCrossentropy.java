package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.Optional;

/**
 * {@code L[…] = −log p[t]} along the last axis, t the number of a class. Samples of the ignored class count nothing.
 *
 * <p>(C1) axis the last. Source: keras/src/losses/losses.py.
 *
 * @param ignoreClass null where every class counts
 */
public record SparseCategoricalCrossentropy(LossOptions options, boolean fromLogits, Integer ignoreClass)
        implements Loss {
    public static final Codec<SparseCategoricalCrossentropy> CODEC = Codec.of(
            "SparseCategoricalCrossentropy",
            f -> new SparseCategoricalCrossentropy(
                    f.group(LossOptions.of("sparse_categorical_crossentropy"), SparseCategoricalCrossentropy::options),
                    f.of("from_logits", FieldType.BOOL, SparseCategoricalCrossentropy::fromLogits, false),
                    f.of("ignore_class", FieldType.INT.orNull(), SparseCategoricalCrossentropy::ignoreClass, null)));

    public SparseCategoricalCrossentropy() {
        this(new LossOptions("sparse_categorical_crossentropy"), false, null);
    }

    @Override
    public Codec<SparseCategoricalCrossentropy> codec() {
        return CODEC;
    }

    @Override
    public TensorType target(TensorType output) {
        return new TensorType(
                DType.INT64, output.shape().slice(0, output.shape().rank() - 1));
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Targets t = targets(b, yTrue, yPred);
        if (ignoreClass == null) {
            return Logits.sparse(t.labels, t.yPred, fromLogits).v();
        }
        Expr zero = t.yPred.number(0);
        Expr kept = t.valid.select(t.labels, t.labels.number(0));
        Expr y = t.valid.expandDims(-1).select(t.yPred, zero);
        return t.valid.select(Logits.sparse(kept, y, fromLogits), zero).v();
    }

    @Override
    public Optional<Value> mask(Builder b, Value yTrue, Value yPred) {
        return ignoreClass == null
                ? Optional.empty()
                : Optional.of(targets(b, yTrue, yPred).valid.v());
    }

    private record Targets(Expr labels, Expr yPred, Expr valid) {}

    private Targets targets(Builder b, Value yTrue, Value yPred) {
        Expr y = Expr.of(b, yPred);
        Expr t = y.with(yTrue);
        Expr vector = t.rank() == y.rank() && t.shape().dim(-1) == 1 ? t.squeeze(-1) : t;
        Expr valid = ignoreClass == null ? vector : vector.notEqualTo(vector.number(ignoreClass));
        return new Targets(vector.cast(DType.INT64), y, valid);
    }
}
