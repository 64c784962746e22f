package dev.posthorn.tensorflow.bundle;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.util.Optional;

/** What becomes of the tensors of a checkpoint that is written again. */
public interface BundleEdit {
    /** The new key of a tensor. */
    default String key(String key) {
        return key;
    }

    /** The new value of a tensor; empty for the same bytes. */
    default Optional<Tensor> value(String key) throws IOException {
        return Optional.empty();
    }

    /** Whether a tensor is left out. */
    default boolean drops(String key) {
        return false;
    }
}
