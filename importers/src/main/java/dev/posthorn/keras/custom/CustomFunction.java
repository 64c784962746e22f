package dev.posthorn.keras.custom;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Map;

/** A function in place of Python code: it writes what it computes as IR. */
@FunctionalInterface
public interface CustomFunction {
    /**
     * The results for these inputs.
     *
     * @param arguments a {@code Lambda}'s {@code arguments}, the configuration of a custom layer; else empty
     */
    List<Value> apply(Builder b, List<Value> x, Map<String, Object> arguments);
}
