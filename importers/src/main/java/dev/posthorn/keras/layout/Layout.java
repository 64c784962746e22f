package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Sharing;
import dev.posthorn.model.WeightSelection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Where the weights of a model are in a file: one for each kind of format, in both directions. */
public interface Layout {
    /**
     * The values of the stored variables that {@code root} holds, by the variable's key.
     *
     * @param root the group below which the weights are
     */
    Map<String, Stored> find(KerasProgram program, Hdf5Group root, WeightSelection selection);

    /** Which layers of a model are the same, as far as the places of their weights tell. */
    default Sharing sharing(LayerNode model, List<Hdf5Group> roots) {
        return Sharing.NONE;
    }

    /** The paths of datasets that hold the value of a variable once more, from the file's root. */
    default Set<String> copies(KerasProgram program) {
        return Set.of();
    }

    /**
     * Writes the stored variables of a model below {@code root}.
     *
     * @param values the value of the variable of that key
     */
    void store(KerasProgram program, Function<String, Tensor> values, DraftGroup root);
}
