package dev.posthorn.keras;

import dev.posthorn.hdf5.DraftDataset;
import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.DraftObject;
import dev.posthorn.hdf5.Hdf5Attribute;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A file of weights written again with some of them changed. Soft links stay links; what several hard links lead to is
 * listed and written under each of its names.
 */
final class WeightsCopy {
    private static final List<String> TRAINING = List.of("/optimizer", "/optimizer_weights");

    private final DraftGroup root;
    private final WeightEdit edit;
    private final Deque<Hdf5Group> above = new ArrayDeque<>();

    /** @param root the root of the file that is written */
    WeightsCopy(DraftGroup root, WeightEdit edit) {
        this.root = root;
        this.edit = edit;
    }

    /** Every dataset below a group by each of its names, those that are links to others excepted. */
    static List<Hdf5Dataset> datasets(Hdf5Group root) {
        List<Hdf5Dataset> all = new ArrayList<>();
        collect(root, new ArrayDeque<>(), all);
        return all;
    }

    private static void collect(Hdf5Group group, Deque<Hdf5Group> above, List<Hdf5Dataset> all) {
        enter(group, above);
        for (String name : group.names()) {
            Optional<Hdf5Object> child =
                    group.target(name).isPresent() || group.leadsOut(name) ? Optional.empty() : group.child(name);
            if (child.orElse(null) instanceof Hdf5Dataset d) {
                all.add(d);
            } else if (child.orElse(null) instanceof Hdf5Group g) {
                collect(g, above, all);
            }
        }
        above.pop();
    }

    /** Refuses a group that is in itself. */
    private static void enter(Hdf5Group group, Deque<Hdf5Group> above) {
        for (Hdf5Group g : above) {
            if (g.isSame(group)) {
                throw new ModelFormatException(
                        "weights: expected groups that are not in themselves but was '" + group.path() + "', which is '"
                                + g.path() + "', at " + group.file().name());
            }
        }
        above.push(group);
    }

    /** Copies all that is below the root of a file. */
    void copy(Hdf5Group from) throws IOException {
        copy(from, root);
    }

    private void copy(Hdf5Group from, DraftGroup to) throws IOException {
        enter(from, above);
        for (String name : from.names()) {
            Optional<String> target = from.target(name);
            if (target.isPresent()) {
                to.link(name, target.get());
                continue;
            }
            Hdf5Object child = from.child(name)
                    .orElseThrow(
                            () -> new ModelFormatException("weights: expected groups and datasets, which are written"
                                    + " again, but was a committed datatype '" + name + "', at " + from.where()));
            if (edit.prunes() && TRAINING.contains(child.path())) {
                continue;
            }
            if (child instanceof Hdf5Group g) {
                copy(g, to.group(name));
            } else {
                copy((Hdf5Dataset) child);
            }
        }
        for (Hdf5Attribute a : from.attributes().values()) {
            if (a.name().matches("weight_names\\d*")) {
                renamed(from, a, to);
            } else if (!(edit.prunes() && from.path().equals("/") && a.name().equals("training_config"))) {
                to.attribute(a);
            }
        }
        above.pop();
    }

    private void copy(Hdf5Dataset d) throws IOException {
        StoredWeight w = WeightsFile.weight(d);
        String name = edit.name(w).orElse(w.name());
        Optional<Tensor> value = edit.value(w);
        boolean rounded = value.isPresent() && value.get().dtype() == DType.BFLOAT16;
        if (rounded && byName(d.file().root()) && !w.dtype().equals(Optional.of(DType.BFLOAT16))) {
            throw new UnsupportedModelException(
                    "weights: expected numbers that Keras reads from .h5 but was bfloat16, which"
                            + " it reads from .keras and .weights.h5 only, at " + d.where());
        }
        DraftDataset copy = value.isPresent() ? root.dataset(name, value.get()) : root.dataset(name, d);
        d.attributes().values().stream()
                .filter(a -> value.isEmpty() || !a.name().equals("dtype"))
                .forEach(copy::attribute);
        if (rounded && !byName(d.file().root())) {
            copy.attribute("dtype", "bfloat16");
        }
    }

    /** Whether weights are listed by the names of layers, as in {@code .h5}; their numbers have no attribute that says what they are. */
    private static boolean byName(Hdf5Group root) {
        return root.contains("model_weights") || root.strings("layer_names").isPresent();
    }

    /** The list of a layer's weights, with new names. */
    private void renamed(Hdf5Group group, Hdf5Attribute names, DraftObject to) {
        List<String> now = new ArrayList<>();
        for (String name : names.strings()) {
            Hdf5Dataset d = group.dataset(name);
            String prefix = group.path().equals("/") ? "" : group.path().substring(1) + "/";
            String renamed = edit.name(WeightsFile.weight(d)).orElse(prefix + name);
            if (!renamed.startsWith(prefix)) {
                throw new ModelFormatException("weights: expected a new name below '" + prefix
                        + "', as the layer's list of weights needs it, but was '" + renamed + "', at " + d.where());
            }
            now.add(renamed.substring(prefix.length()));
        }
        if (now.equals(names.strings())) {
            to.attribute(names);
        } else {
            to.attribute(names.name(), now);
        }
    }
}
