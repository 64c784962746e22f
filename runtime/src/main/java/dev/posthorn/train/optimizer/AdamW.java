package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import java.util.List;

/**
 * {@link Adam} with weight decay, 0.004 by default.
 *
 * <p>(C1) weights decay. Source: keras/src/optimizers/adamw.py.
 */
public record AdamW(OptimizerOptions options, double beta1, double beta2, double epsilon, boolean amsgrad)
        implements Rule {
    public static final Codec<AdamW> CODEC = Codec.of(
            "AdamW",
            f -> new AdamW(
                    f.group(OptimizerOptions.of("adamw", 0.001, 0.004), AdamW::options),
                    f.of("beta_1", FieldType.FLOAT, AdamW::beta1, 0.9),
                    f.of("beta_2", FieldType.FLOAT, AdamW::beta2, 0.999),
                    f.of("epsilon", FieldType.FLOAT, AdamW::epsilon, 1e-7),
                    f.of("amsgrad", FieldType.BOOL, AdamW::amsgrad, false)));

    public AdamW {
        if (options.weightDecay() == null) { // (C1)
            throw new IllegalArgumentException("expected weight_decay to be a number but was null");
        }
    }

    public AdamW(double learningRate) {
        this(OptimizerOptions.of("adamw", LearningRate.of(learningRate)).decaying(0.004), 0.9, 0.999, 1e-7, false);
    }

    @Override
    public Codec<AdamW> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        return new Adam(options, beta1, beta2, epsilon, amsgrad).own(parameters);
    }

    @Override
    public Expr update(Update u) {
        return Adam.update(u, u.lr(), beta1, beta2, epsilon, amsgrad);
    }
}
