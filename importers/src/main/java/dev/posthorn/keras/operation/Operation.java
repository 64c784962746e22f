package dev.posthorn.keras.operation;

import dev.posthorn.ir.Value;
import java.util.List;
import java.util.function.Function;

/** A function of {@code keras.ops}, as IR. */
@FunctionalInterface
public interface Operation {
    /** The results, flattened. */
    List<Value> apply(Arguments a);

    /** An operation of one result. */
    static Operation of(Function<Arguments, Value> f) {
        return a -> List.of(f.apply(a));
    }
}
