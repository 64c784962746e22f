package dev.posthorn.keras.object;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;

/** A layer that is one op of its input, so that it can also stand as another layer's activation. */
public interface ElementwiseLayer extends SimpleLayer {
    Op op();

    @Override
    default Value call(Call c, Value x) {
        return c.builder().add(op(), x);
    }
}
