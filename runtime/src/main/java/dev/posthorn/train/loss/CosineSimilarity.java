package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * {@code L[…] = −Σ t/‖t‖ · y/‖y‖} along an axis. Keras 3 does not write the axis: where a file has none it is the last.
 * Source: keras/src/losses/losses.py.
 */
public record CosineSimilarity(LossOptions options, int axis) implements Loss {
    public static final Codec<CosineSimilarity> CODEC = Codec.of(
            "CosineSimilarity",
            List.of("cosine_proximity"),
            f -> new CosineSimilarity(
                    f.group(LossOptions.of("cosine_similarity"), CosineSimilarity::options),
                    f.old("axis", FieldType.INT, CosineSimilarity::axis, -1)));

    public CosineSimilarity() {
        this(new LossOptions("cosine_similarity"), -1);
    }

    @Override
    public Codec<CosineSimilarity> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value yTrue, Value yPred) {
        Aligned both = Aligned.targets(Expr.of(b, yTrue), Expr.of(b, yPred));
        return both.x()
                .normalized(axis)
                .times(both.y().normalized(axis))
                .sum(axis)
                .neg()
                .v();
    }
}
