package dev.posthorn.train;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** The outputs of a model in a step, each with what it should be. */
record Heads(List<Head> heads) {
    /**
     * An output.
     *
     * @param yTrue what it should be; null where the batch does not say
     * @param yPred what it is
     * @param sampleWeight how much its rows count
     * @param mask its Keras mask
     */
    record Head(Value yTrue, Value yPred, Optional<Value> sampleWeight, Optional<Value> mask) {
        /**
         * What kind of classification the shapes show: {@code binary}, {@code sparse_categorical} or {@code categorical}.
         * Source: keras/src/trainers/compile_utils.py (is_binary_or_sparse_categorical).
         */
        String prefix() {
            Shape t = yTrue.shape();
            Shape p = yPred.shape();
            if (p.dim(-1) == 1) {
                return "binary";
            }
            return t.rank() < p.rank() || t.dim(-1) == 1 && p.dim(-1) > 1 ? "sparse_categorical" : "categorical";
        }
    }
}
