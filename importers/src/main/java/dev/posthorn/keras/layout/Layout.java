package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.WeightSelection;
import java.util.Map;

/** Where a model's weights live in a file. One implementation a format. */
public interface Layout {
    /**
     * The values of the stored variables that {@code root} holds, by the variable's key.
     *
     * @param root the group below which the weights are
     */
    Map<String, Stored> find(KerasProgram program, Hdf5Group root, WeightSelection selection);
}
