package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.WeightSelection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The layout of {@code .h5} files of every Keras: a group a top-level layer, named in the attribute {@code layer_names},
 * and in it the datasets that the attribute {@code weight_names} lists: the layer's trainable weights first, then the
 * others, those of inner layers included. The order of the list counts, not the names. Source:
 * keras/src/legacy/saving/legacy_h5_format.py.
 */
public final class NamedLayout implements Layout {
    /** A variable of a layer, and whether it is trainable where it stands. */
    private record Member(String key, boolean trainable) {}

    @Override
    public Map<String, Hdf5Dataset> find(KerasProgram program, Hdf5Group root, WeightSelection selection) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        for (Child c : program.root().layer().children(program.root().policy())) {
            List<String> keys = keys(program, c.node(), program.root().trainable());
            if (!keys.isEmpty()) {
                wanted.put(c.node().name(), keys);
            }
        }
        Map<String, List<Hdf5Dataset>> stored = stored(root);
        if (selection.byName()) {
            wanted.keySet().retainAll(stored.keySet());
            stored.keySet().retainAll(wanted.keySet());
        }
        if (!stored.keySet().equals(wanted.keySet()) && stored.size() == wanted.size()) {
            stored = renamed(stored, wanted); // as Keras: the order decides
        }
        if (!stored.keySet().equals(wanted.keySet())) {
            Set<String> absent = new TreeSet<>(wanted.keySet());
            absent.removeAll(stored.keySet());
            Set<String> surplus = new TreeSet<>(stored.keySet());
            surplus.removeAll(wanted.keySet());
            throw new ModelFormatException(
                    "weights: expected " + wanted.size() + " layers with weights but was " + stored.size()
                            + " (missing " + absent + ", not in the model " + surplus + "), at " + root.where());
        }
        Map<String, Hdf5Dataset> found = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> layer : wanted.entrySet()) {
            List<Hdf5Dataset> datasets = stored.get(layer.getKey());
            if (datasets.size() != layer.getValue().size()) {
                if (selection.skipMismatch()) {
                    continue;
                }
                throw new ModelFormatException(
                        "weights: expected " + layer.getValue().size() + " weights " + layer.getValue() + " but was "
                                + datasets.size() + ", at " + root.where() + "/" + layer.getKey());
            }
            for (int i = 0; i < datasets.size(); i++) {
                found.put(layer.getValue().get(i), datasets.get(i));
            }
        }
        return found;
    }

    private static Map<String, List<Hdf5Dataset>> stored(Hdf5Group root) {
        Map<String, List<Hdf5Dataset>> stored = new LinkedHashMap<>();
        List<String> names = root.strings("layer_names")
                .orElseThrow(() -> new ModelFormatException(
                        "weights: expected the attribute 'layer_names' but was absent, at " + root.where()));
        for (String name : new LinkedHashSet<>(names)) {
            Hdf5Group group = root.group(name);
            List<Hdf5Dataset> datasets = group.strings("weight_names").orElse(List.of()).stream()
                    .map(group::dataset)
                    .toList();
            if (!datasets.isEmpty()) {
                stored.put(name, datasets);
            }
        }
        return stored;
    }

    private static Map<String, List<Hdf5Dataset>> renamed(
            Map<String, List<Hdf5Dataset>> stored, Map<String, List<String>> wanted) {
        Map<String, List<Hdf5Dataset>> out = new LinkedHashMap<>();
        List<List<Hdf5Dataset>> order = List.copyOf(stored.values());
        wanted.keySet().forEach(name -> out.put(name, order.get(out.size())));
        return out;
    }

    /** The keys of a layer's stored variables in the order in which files list them. */
    private static List<String> keys(KerasProgram program, LayerNode node, boolean trainable) {
        List<Member> members = new ArrayList<>();
        collect(program, node, node.name(), trainable, members);
        Stream<Member> first = members.stream().filter(Member::trainable);
        Stream<Member> then = members.stream().filter(m -> !m.trainable());
        return Stream.concat(first, then).map(Member::key).toList();
    }

    private static void collect(
            KerasProgram program, LayerNode node, String path, boolean trainable, List<Member> members) {
        boolean own = trainable && node.trainable();
        List<Weight> weights = program.weights(path);
        for (boolean kind : new boolean[] {true, false}) {
            for (Weight w : weights) {
                if ((w.stored() || w.adaption() == Weight.Adaption.ADAPTER) && w.trainable() == kind) {
                    members.add(
                            new Member(path + "/" + w.name(), own && kind && w.adaption() != Weight.Adaption.ADAPTED));
                }
            }
        }
        for (Child c : node.layer().children(node.policy())) {
            collect(program, c.node(), path + "/" + c.node().name(), own, members);
        }
    }
}
