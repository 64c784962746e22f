package dev.posthorn.keras.object;

import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import java.util.List;

/** A layer that changes its input at random while the model trains, and else not at all. */
public interface Noise extends SimpleLayer {
    /** How much it changes; nothing at 0. */
    double strength();

    /** The configuration's seed; null where it has none. */
    Object seed();

    /** The input, changed. */
    Value change(Call c, Value x);

    @Override
    default List<Weight> weights(List<TensorType> inputs) {
        return Seeds.state(seed(), strength() > 0);
    }

    @Override
    default boolean mixesBatch() {
        return strength() > 0;
    }

    @Override
    default Value call(Call c, Value x) {
        return c.training() && strength() > 0 ? change(c, x) : x;
    }
}
