package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * {@code m ← μ m − η g}, {@code x ← x + m}, or with Nesterov's momentum {@code x ← x + μ m − η g}; without momentum
 * {@code x ← x − η g}.
 *
 * <p>(C1) momentum in [0, 1]. Source: keras/src/optimizers/sgd.py.
 */
public record SGD(OptimizerOptions options, double momentum, boolean nesterov) implements Rule {
    public static final Codec<SGD> CODEC = Codec.of(
            "SGD",
            f -> new SGD(
                    f.group(OptimizerOptions.of("sgd", 0.01, null), SGD::options),
                    f.of("momentum", FieldType.FLOAT, SGD::momentum, 0.0),
                    f.of("nesterov", FieldType.BOOL, SGD::nesterov, false)));

    public SGD {
        if (!(momentum >= 0 && momentum <= 1)) { // (C1)
            throw new IllegalArgumentException("expected momentum in [0, 1] but was " + momentum);
        }
    }

    public SGD(double learningRate) {
        this(OptimizerOptions.of("sgd", LearningRate.of(learningRate)), 0, false);
    }

    @Override
    public Codec<SGD> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return momentum == 0 ? List.of() : Rule.each(parameters, "momentum");
    }

    @Override
    public boolean unread() {
        return momentum == 0;
    }

    @Override
    public Expr update(Update u) {
        Expr move = u.g().times(u.lr());
        if (momentum == 0) {
            return u.x().minus(move);
        }
        Expr m = u.set("momentum", u.slot("momentum").times(u.cast(momentum)).minus(move));
        return u.x().plus(nesterov ? m.times(u.cast(momentum)).minus(move) : m);
    }
}
