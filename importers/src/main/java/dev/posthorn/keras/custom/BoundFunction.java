package dev.posthorn.keras.custom;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Map;

/** {@code y = f(x)}: a custom function as an op, to stand where an activation stands. */
public record BoundFunction(String function, CustomFunction f) implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        return f.apply(b, in, Map.of());
    }
}
