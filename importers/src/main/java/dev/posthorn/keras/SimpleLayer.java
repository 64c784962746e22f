package dev.posthorn.keras;

import dev.posthorn.ir.Value;
import java.util.List;

/** A layer of one input and one output, that passes its input's mask on or drops it. */
public interface SimpleLayer extends Layer {
    Value call(Call c, Value x);

    /** Keras's {@code supports_masking}: whether the output carries the input's mask. */
    default boolean passesMask() {
        return true;
    }

    @Override
    default List<KerasTensor> call(Call c) {
        Value y = call(c, c.x());
        return List.of(new KerasTensor(y, passesMask() ? c.mask().orElse(null) : null));
    }
}
