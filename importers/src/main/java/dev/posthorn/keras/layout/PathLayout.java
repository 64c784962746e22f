package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Naming;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.WeightSelection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keras 3's {@code .weights.h5}, also inside of {@code .keras}: groups follow the Python attributes that hold layers,
 * lists of layers are numbered by class ({@code layers/dense_1}), and a layer's own variables are {@code vars/0, 1, …},
 * trainable ones first, or have names there. Names of layers play no part. Source: keras/src/saving/saving_lib.py.
 */
public final class PathLayout implements Layout {
    /**
     * A layer in a file.
     *
     * @param group the group that is its own, such as {@code layers/dense_1}
     */
    public record Place(LayerNode node, String group) {}

    /** What tells that a layer stands at several places: files hold it at the first only. */
    private record Named(String name, String className) {}

    /** Where the layers of a model are, by their paths; the model itself is at the empty path. */
    public static Map<String, Place> places(LayerNode root) {
        Map<String, Place> places = new LinkedHashMap<>();
        visit(root, "", "", places);
        return places;
    }

    private static void visit(LayerNode node, String path, String group, Map<String, Place> places) {
        places.put(path, new Place(node, group));
        Map<String, Naming.Unique> lists = new HashMap<>();
        for (Child c : node.layer().children(node.policy())) {
            String below = join(group, c.attribute());
            if (c.listed()) {
                String kind = Naming.snakeCase(c.node().layer().sourceName());
                below = join(
                        below,
                        lists.computeIfAbsent(c.attribute(), k -> new Naming.Unique())
                                .next(kind));
            }
            visit(c.node(), join(path, c.node().name()), below, places);
        }
    }

    private static String join(String parent, String name) {
        return parent.isEmpty() ? name : parent + "/" + name;
    }

    @Override
    public Map<String, Stored> find(KerasProgram program, Hdf5Group root, WeightSelection selection) {
        Map<String, Stored> found = new LinkedHashMap<>();
        Map<Named, String> stored = new HashMap<>();
        places(program.root()).forEach((path, place) -> {
            boolean here = child(root, place.group().isEmpty() ? "vars" : place.group())
                    .isPresent();
            Named named = new Named(place.node().name(), place.node().layer().className());
            String group = here ? place.group() : stored.getOrDefault(named, place.group());
            stored.putIfAbsent(named, group);
            List<Weight> own = program.weights(path);
            Stream<Weight> trainable = own.stream().filter(w -> w.stored() && w.trainable());
            Stream<Weight> others = own.stream().filter(w -> w.stored() && !w.trainable());
            boolean listed = !place.node().policy().mode().isEmpty();
            List<Weight> order = listed
                    ? own.stream().filter(Weight::stored).toList()
                    : Stream.concat(trainable, others).toList();
            Optional<Hdf5Object> vars = order.isEmpty() ? Optional.empty() : child(root, join(group, "vars"));
            for (int i = 0; i < order.size(); i++) {
                Weight w = order.get(i);
                String number = Integer.toString(i + place.node().layer().borrowedWeights());
                Optional<Hdf5Object> dataset =
                        vars.flatMap(v -> child(v, number)).or(() -> vars.flatMap(v -> child(v, w.name())));
                if (dataset.isPresent() && dataset.get() instanceof Hdf5Dataset d) {
                    found.put(join(path, w.name()), Stored.of(d));
                }
            }
        });
        return found;
    }

    private static Optional<Hdf5Object> child(Hdf5Object parent, String path) {
        Optional<Hdf5Object> at = Optional.of(parent);
        for (String name : path.split("/")) {
            at = at.get() instanceof Hdf5Group g ? g.child(name) : Optional.empty();
            if (at.isEmpty()) {
                break;
            }
        }
        return at;
    }
}
