package dev.posthorn.weights;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.util.Optional;

/** What becomes of the weights in a file. */
public interface WeightEdit {
    /** The new name of a weight; empty for the same. */
    default Optional<String> name(StoredWeight w) {
        return Optional.empty();
    }

    /** The new value of a weight; empty for the same. */
    default Optional<Tensor> value(StoredWeight w) throws IOException {
        return Optional.empty();
    }

    /** Whether what only training needs is left out: the optimizer's variables, the compile configuration. */
    default boolean prunes() {
        return false;
    }
}
