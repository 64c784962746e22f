package dev.posthorn.keras.object;

import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/** A layer that changes its input at random while the model trains, and else not at all. */
public interface Noise extends SimpleLayer {
    /** How much it changes; nothing at 0. */
    double strength();

    @Override
    default Value call(Call c, Value x) {
        refuse(c, className(), strength());
        return x;
    }

    /** Refuses to train with noise, which is not there yet. */
    static void refuse(Call c, String className, double strength) {
        if (c.training() && strength > 0) {
            throw new UnsupportedModelException(
                    className + ": expected a rate of 0 in training but was " + strength + ", at " + c.path(),
                    List.of(className + " in training"));
        }
    }
}
