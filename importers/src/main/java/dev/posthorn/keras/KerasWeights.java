package dev.posthorn.keras;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.layout.Layout;
import dev.posthorn.keras.layout.NamedLayout;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.keras.layout.Stored;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variable;
import dev.posthorn.model.WeightSelection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The weights in an opened file, or in several that share them.
 *
 * @param roots the groups below which the weights are
 */
record KerasWeights(String where, List<Hdf5Group> roots, Layout layout) {
    /** The weights below a group, in the layout that it shows, if it shows one. */
    static KerasWeights below(Hdf5Group root, String where) {
        if (root.strings("layer_names").isPresent()) {
            return new KerasWeights(where, List.of(root), new NamedLayout());
        }
        if (root.contains("model_weights")) {
            return new KerasWeights(where, List.of(root.group("model_weights")), new NamedLayout());
        }
        if (PathLayout.holdsWeights(root)) {
            return new KerasWeights(where, List.of(root), new PathLayout());
        }
        throw new ModelFormatException("weights: expected Keras weights but was an HDF5 file without any, at " + where);
    }

    /** Which layers of a model are the same, as far as the places of weights tell. */
    Sharing sharing(LayerNode model) {
        return layout.sharing(model, roots);
    }

    /** Every dataset that holds a weight; the optimizer's are left out. */
    List<Hdf5Dataset> stored() {
        return roots.stream()
                .flatMap(r -> r.allDatasets().stream())
                .filter(d -> !isOptimizers(d))
                .toList();
    }

    /** Whether a dataset is a variable of the optimizer. */
    static boolean isOptimizers(Hdf5Dataset d) {
        return d.path().startsWith("/optimizer/") || d.path().startsWith("/optimizer_weights/");
    }

    /** The values of a program's variables. Everything that is missing or does not fit is named in one exception. */
    Map<String, Tensor> read(KerasProgram program, WeightSelection selection) {
        return read(program, selection, Stored::read);
    }

    /** As {@link #read}, but the values come from the file whenever they are wanted, which must stay open. */
    Map<String, Tensor> later(KerasProgram program) {
        return read(program, WeightSelection.ALL, Stored::later);
    }

    private Map<String, Tensor> read(KerasProgram program, WeightSelection selection, Function<Stored, Tensor> value) {
        Map<String, Stored> places = new LinkedHashMap<>();
        roots.forEach(r -> places.putAll(layout.find(program, r, selection)));
        Map<String, Tensor> values = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        for (Variable v : program.variables()) {
            Stored d = places.get(v.key());
            if (d != null && d.isQuantized() && v.type().dtype().isFloating()) {
                wrong.add(
                        v.key() + " " + v.type() + " but was quantized weights, of which the configuration says nothing"
                                + " (Keras leaves out the policies of layers inside of others, and cannot read this file itself)");
            } else if (d != null && fits(d.shape(), v)) {
                values.put(v.key(), value.apply(d).cast(v.type().dtype()));
            } else if (d == null && v.stored() && !selection.byName()) {
                wrong.add(v.key() + " " + v.type().shape() + " but was absent" + why(program, v));
            } else if (d != null && !selection.skipMismatch()) {
                wrong.add(v.key() + " " + v.type().shape() + " but was " + d);
            }
        }
        if (!wrong.isEmpty()) {
            throw new ModelFormatException("weights: expected " + String.join("; ", wrong) + ", at " + where);
        }
        return values;
    }

    /** Why a weight may be absent. */
    private static String why(KerasProgram program, Variable v) {
        if (v.key().endsWith("/" + Quantization.ZERO) && v.type().dtype() == DType.UINT8) {
            return " (Keras 3.15 leaves the zero points of GPTQ and AWQ out of .keras and .weights.h5, its .h5 holds them)";
        }
        String path = v.key().substring(0, Math.max(0, v.key().lastIndexOf('/')));
        PathLayout.Place place = PathLayout.places(program.root()).get(path);
        boolean activation = place != null && place.group().matches(".*/(recurrent_)?activation(/.*)?");
        return activation
                ? " (Keras gives a layer that is an activation its weights when the model is called: call it before you save it)"
                : "";
    }

    /** Shapes are compared before anything is read: a damaged file may claim any size. */
    private static boolean fits(long[] shape, Variable v) {
        int[] dims = v.type().shape().dims();
        boolean fits = shape.length == dims.length;
        for (int i = 0; fits && i < dims.length; i++) {
            fits = shape[i] == dims[i];
        }
        return fits;
    }
}
