package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.DraftDataset;
import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Naming;
import dev.posthorn.keras.Sharing;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.model.WeightSelection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Keras 3's {@code .weights.h5}, also inside of {@code .keras}: groups follow the Python attributes that hold layers,
 * lists of layers are numbered by class ({@code layers/dense_1}), and a layer's own variables are {@code vars/0, 1, …},
 * trainable ones first, or have names there. Names of layers play no part. Source: keras/src/saving/saving_lib.py.
 */
public final class PathLayout implements Layout {
    private static final String OLDER = "_layer_checkpoint_dependencies";

    private final Set<String> implied;

    public PathLayout() {
        this(Set.of());
    }

    /** @param implied the keys of variables that are not written as long as they are what the rest implies */
    public PathLayout(Set<String> implied) {
        this.implied = Set.copyOf(implied);
    }

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
        visit(root, "", "", "", path -> false, "", places);
        return places;
    }

    /**
     * A file beside the weights.
     *
     * @param key the layer's path and the file's name
     * @param files its paths below {@code assets}: where it is looked for, then where it stands once more
     */
    public record Asset(String key, List<String> files) {}

    /** The files beside the weights that the layers of a model read. */
    public static List<Asset> assets(LayerNode root) {
        List<Asset> assets = new ArrayList<>();
        places(root).forEach((path, place) -> {
            Layer layer = place.node().layer();
            for (String name : layer.assets()) {
                List<String> files = new ArrayList<>(List.of(join(place.group(), name)));
                layer.mirrors().forEach(m -> files.add(join(join(place.group(), m), name)));
                assets.add(new Asset(join(path, name), files));
            }
        });
        return assets;
    }

    /**
     * The places in files of Keras 2.12 to 2.14, which held the layers of a model by the names of a checkpoint: those with
     * weights twice, of which the second counts but is not stored.
     */
    private static Map<String, Place> olderPlaces(KerasProgram program) {
        Map<String, Place> places = new LinkedHashMap<>();
        visit(program.root(), "", "", "", path -> weighs(program, path), OLDER, places);
        return places;
    }

    /** Whether a group holds weights in this layout. */
    public static boolean holdsWeights(Hdf5Group root) {
        return holds(root, "layers") || holds(root, "vars") || holds(root, OLDER);
    }

    private static boolean holds(Hdf5Group root, String first) {
        return root.names().stream().anyMatch(n -> n.equals(first) || n.startsWith(first + "\\"));
    }

    private static boolean holds(Hdf5Group root, Place place) {
        return GroupPaths.child(root, place.group().isEmpty() ? "vars" : place.group())
                .isPresent();
    }

    private static boolean weighs(KerasProgram program, String path) {
        return program.variables().stream().anyMatch(v -> v.stored() && v.key().startsWith(path + "/"));
    }

    /** {@code outer} is where attributes are that the layer around this one has as its own too. */
    private static void visit(
            LayerNode node,
            String path,
            String group,
            String outer,
            Predicate<String> twice,
            String layers,
            Map<String, Place> places) {
        places.put(path, new Place(node, group));
        Map<String, Naming.Unique> lists = new HashMap<>();
        for (Child c : node.layer().children(node.policy())) {
            boolean model = c.listed() && c.attribute().equals("layers") && !layers.isEmpty();
            String below = join(outer, model ? layers : c.attribute());
            String child = join(path, c.node().name());
            if (c.listed()) {
                String kind = Naming.snakeCase(c.node().layer().sourceName());
                Naming.Unique names = lists.computeIfAbsent(c.attribute(), k -> new Naming.Unique());
                below = join(below, names.next(kind));
                if (twice.test(child)) {
                    names.next(kind);
                }
            }
            visit(c.node(), child, below, node.layer().exposesInner() ? group : below, twice, layers, places);
        }
    }

    private static String join(String parent, String name) {
        return parent.isEmpty() ? name : parent + "/" + name;
    }

    /**
     * A variable in a layer's group {@code vars}: under its number, or under its name where the layer or an old file names it.
     *
     * @param key the variable's key
     */
    record Slot(String key, String number, String name) {}

    /** The variables of the layer at a path, in the order in which files number them. */
    private static List<Slot> slots(KerasProgram program, String path, LayerNode node) {
        List<Slot> slots = new ArrayList<>();
        for (String key : borrowed(program, path, node)) {
            slots.add(new Slot(key, Integer.toString(slots.size()), ""));
        }
        List<Weight> own = program.weights(path).stream().filter(Weight::stored).toList();
        boolean listed = !node.policy().mode().isEmpty();
        Stream<Weight> first = own.stream().filter(w -> listed || w.trainable());
        Stream<Weight> then = own.stream().filter(w -> !listed && !w.trainable());
        Stream.concat(first, then)
                .forEach(w -> slots.add(new Slot(join(path, w.name()), Integer.toString(slots.size()), w.name())));
        return slots;
    }

    /** The first variables of the layer inside of this one that are stored here too. */
    private static List<String> borrowed(KerasProgram program, String path, LayerNode node) {
        if (node.layer().borrowedWeights() == 0) {
            return List.of();
        }
        LayerNode inner = node.layer().children(node.policy()).get(0).node();
        return program.weights(join(path, inner.name())).stream()
                .limit(node.layer().borrowedWeights())
                .map(w -> join(join(path, inner.name()), w.name()))
                .toList();
    }

    /** A layer that stands at several places is stored at the first; at the others there is no group of its own. */
    @Override
    public Sharing sharing(LayerNode model, List<Hdf5Group> roots) {
        if (roots.stream().anyMatch(r -> holds(r, OLDER) && !holds(r, "layers"))) {
            return Sharing.NONE;
        }
        Map<String, String> firsts = new LinkedHashMap<>();
        Map<Named, String> stored = new HashMap<>();
        places(model).forEach((path, place) -> {
            Named named = new Named(place.node().name(), place.node().layer().className());
            if (new Sharing(firsts).stoodBefore(path)) {
                return;
            }
            if (roots.stream().anyMatch(r -> holds(r, place))) {
                stored.putIfAbsent(named, path);
            } else if (stored.containsKey(named)) {
                firsts.put(path, stored.get(named));
            }
        });
        return new Sharing(firsts);
    }

    @Override
    public Map<String, Stored> find(KerasProgram program, Hdf5Group root, WeightSelection selection) {
        Map<String, Stored> found = new LinkedHashMap<>();
        Map<Named, String> stored = new HashMap<>();
        boolean older = holds(root, OLDER) && !holds(root, "layers");
        (older ? olderPlaces(program) : places(program.root())).forEach((path, place) -> {
            if (program.sharing().stoodBefore(path)) {
                return;
            }
            boolean here = holds(root, place);
            Named named = new Named(place.node().name(), place.node().layer().className());
            String group = here ? place.group() : stored.getOrDefault(named, place.group());
            stored.putIfAbsent(named, group);
            List<Slot> slots = slots(program, path, place.node());
            Optional<Hdf5Object> vars =
                    slots.isEmpty() ? Optional.empty() : GroupPaths.child(root, join(group, "vars"));
            if (vars.isPresent() && ZeroPoints.lack(place.node(), slots, n -> GroupPaths.dataset(vars.get(), n))) {
                slots = ZeroPoints.without(slots);
                List<Weight> weights = program.weights(path);
                ZeroPoints.known(place.node(), weights, slots, n -> GroupPaths.dataset(vars.get(), n))
                        .ifPresent(z -> found.put(join(path, Quantization.ZERO), z));
            }
            for (Slot slot : slots.subList(place.node().layer().borrowedWeights(), slots.size())) {
                vars.flatMap(v -> GroupPaths.child(v, slot.number).or(() -> GroupPaths.child(v, slot.name)))
                        .filter(Hdf5Dataset.class::isInstance)
                        .ifPresent(d -> found.put(slot.key, Stored.of((Hdf5Dataset) d)));
            }
        });
        return found;
    }

    @Override
    public Set<String> copies(KerasProgram program) {
        Set<String> copies = new HashSet<>();
        places(program.root()).forEach((path, place) -> {
            Layer layer = place.node().layer();
            for (String name : layer.archived().keySet()) {
                copies.add("/" + join(place.group(), "vars") + "/" + name);
                layer.mirrors().forEach(m -> copies.add("/" + join(place.group(), m) + "/vars/" + name));
            }
            for (Slot slot : slots(program, path, place.node())) {
                String name = layer.namesWeights() ? slot.name : slot.number;
                layer.mirrors().forEach(m -> copies.add("/" + join(place.group(), m) + "/vars/" + name));
                if (slot.name.isEmpty()) {
                    copies.add("/" + join(place.group(), "vars") + "/" + name);
                }
            }
        });
        return copies;
    }

    @Override
    public void store(KerasProgram program, Function<String, Tensor> values, DraftGroup root) {
        places(program.root()).forEach((path, place) -> {
            Layer layer = place.node().layer();
            if (!NamedLayout.isLayer(program, layer) || program.sharing().stoodBefore(path)) {
                return;
            }
            List<String> groups = new ArrayList<>(List.of(place.group()));
            layer.mirrors().forEach(m -> groups.add(join(place.group(), m)));
            for (String group : groups) {
                DraftGroup vars = root.group(join(group, "vars"));
                if (group.equals(place.group())) {
                    vars.attribute("name", place.node().name());
                }
                for (Slot slot : written(program, path, place.node(), values)) {
                    Tensor value = values.apply(slot.key);
                    DraftDataset d = vars.dataset(layer.namesWeights() ? slot.name : slot.number, value);
                    if (value.dtype() == DType.BFLOAT16) {
                        d.attribute("dtype", "bfloat16");
                    }
                }
                layer.archived().forEach(vars::dataset);
            }
        });
    }

    private List<Slot> written(KerasProgram program, String path, LayerNode node, Function<String, Tensor> values) {
        List<Slot> slots = slots(program, path, node);
        String zero = join(path, Quantization.ZERO);
        return implied.contains(zero) && ZeroPoints.areImplied(node, values.apply(zero))
                ? ZeroPoints.without(slots)
                : slots;
    }
}
