package dev.posthorn.train.optimizer;

import dev.posthorn.ir.TensorType;
import dev.posthorn.train.constraint.Constraint;
import java.util.Optional;

/**
 * A variable that an optimizer changes.
 *
 * @param name its name in its layer, by which it is excluded from weight decay: {@code bias}
 * @param path its Keras path, by which optimizers are chosen: {@code model/dense/bias}
 * @param constraint what it is brought back to after each step
 * @param rate by what the learning rate is multiplied for it
 * @param decays whether it decays where the optimizer lets weights decay
 */
public record Parameter(
        String name, String path, TensorType type, Optional<Constraint> constraint, double rate, boolean decays) {
    public Parameter(String name, String path, TensorType type) {
        this(name, path, type, Optional.empty(), 1, true);
    }
}
