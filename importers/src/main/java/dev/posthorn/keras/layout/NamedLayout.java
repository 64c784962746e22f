package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.operation.OperationLayer;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.WeightSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The layout of {@code .h5} files of every Keras: a group a top-level layer, named in the attribute {@code layer_names},
 * and in it the datasets that the attribute {@code weight_names} lists: the layer's trainable weights first, then the
 * others, those of inner layers included. The order of the list counts, not the names. Source:
 * keras/src/legacy/saving/legacy_h5_format.py.
 */
public final class NamedLayout implements Layout {
    private final String suffix;
    private final Map<String, String> names;

    /** The layout as Keras 3 has it. */
    public NamedLayout() {
        this("");
    }

    /** The layout with weights whose names end so: in {@code :0} as tensors of TensorFlow 1, before Keras 3. */
    public NamedLayout(String suffix) {
        this(suffix, Map.of());
    }

    /** The same, where {@code names} has the paths of datasets by the keys of variables, as a file called them. */
    public NamedLayout(String suffix, Map<String, String> names) {
        this.suffix = suffix;
        this.names = names;
    }

    /** A variable of a layer, and whether it is trainable where it stands. */
    private record Member(OlderWeights.Wanted wanted, boolean trainable) {}

    @Override
    public Map<String, Stored> find(KerasProgram program, Hdf5Group root, WeightSelection selection) {
        Map<String, List<OlderWeights.Wanted>> wanted = new LinkedHashMap<>();
        for (Child c : program.root().layer().children(program.root().policy())) {
            List<OlderWeights.Wanted> keys =
                    keys(program, c.node(), program.root().trainable());
            if (!keys.isEmpty()) {
                wanted.put(c.node().name(), keys);
            }
        }
        Map<String, List<Hdf5Dataset>> all = stored(root);
        if (selection.byName()) {
            wanted.keySet().retainAll(all.keySet());
            all.keySet().retainAll(wanted.keySet());
        }
        boolean others = !all.keySet().equals(wanted.keySet()) && all.size() == wanted.size();
        Map<String, List<Hdf5Dataset>> stored = others ? renamed(all, wanted) : all; // as Keras: the order decides
        if (!stored.keySet().equals(wanted.keySet())) {
            Set<String> absent = new TreeSet<>(wanted.keySet());
            absent.removeAll(stored.keySet());
            Set<String> surplus = new TreeSet<>(stored.keySet());
            surplus.removeAll(wanted.keySet());
            throw new ModelFormatException(
                    "weights: expected " + wanted.size() + " layers with weights but was " + stored.size()
                            + " (missing " + absent + ", not in the model " + surplus + "), at " + root.where());
        }
        OlderWeights older = older(root, stored);
        Map<String, Stored> found = new LinkedHashMap<>();
        wanted.forEach((name, variables) -> {
            List<Stored> values = older.of(variables, stored.get(name));
            if (values.size() == variables.size()) {
                for (int i = 0; i < values.size(); i++) {
                    found.put(variables.get(i).key(), values.get(i));
                }
            } else if (!selection.skipMismatch()) {
                throw new ModelFormatException("weights: expected " + variables.size() + " weights "
                        + variables.stream().map(OlderWeights.Wanted::key).toList() + " but was "
                        + stored.get(name).size() + ", at " + root.where() + "/" + name);
            }
        });
        return found;
    }

    /** What wrote the file, as it or the file around it says. */
    private static OlderWeights older(Hdf5Group root, Map<String, List<Hdf5Dataset>> stored) {
        Hdf5Group whole = root.file().root();
        String version = root.string("keras_version")
                .or(() -> whole.string("keras_version"))
                .orElse("");
        String backend =
                root.string("backend").or(() -> whole.string("backend")).orElse("");
        return OlderWeights.of(
                version, backend, stored.values().stream().flatMap(List::stream).toList());
    }

    @Override
    public void store(KerasProgram program, Function<String, Tensor> values, DraftGroup root) {
        List<LayerNode> layers = program.root().layer().children(program.root().policy()).stream()
                .map(Child::node)
                .filter(n -> isLayer(program, n.layer()))
                .toList();
        root.attribute("layer_names", layers.stream().map(LayerNode::name).toList());
        for (LayerNode node : layers) {
            DraftGroup group = root.group(node.name());
            List<String> keys = keys(program, node, program.root().trainable()).stream()
                    .map(OlderWeights.Wanted::key)
                    .toList();
            List<String> called = called(keys, group.path() + "/");
            group.attribute("weight_names", called);
            for (int i = 0; i < called.size(); i++) {
                group.dataset(called.get(i), values.apply(keys.get(i)));
            }
        }
    }

    /** What the variables of a layer are called below its group: as they were, where all were there. */
    private List<String> called(List<String> keys, String group) {
        List<String> old = keys.stream()
                .map(k -> names.getOrDefault(k, ""))
                .filter(path -> path.startsWith(group))
                .map(path -> path.substring(group.length()))
                .distinct()
                .toList();
        return old.size() == keys.size()
                ? old
                : keys.stream().map(k -> k + suffix).toList();
    }

    /** The keys of each outermost layer's variables, in the order in which files list them. */
    public Map<String, List<String>> keys(KerasProgram program) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        for (Child c : program.root().layer().children(program.root().policy())) {
            keys.put(
                    c.node().name(),
                    keys(program, c.node(), program.root().trainable()).stream()
                            .map(OlderWeights.Wanted::key)
                            .toList());
        }
        return keys;
    }

    /** Whether Keras counts it among a model's layers: not operations, nor what a Sequential begins with. */
    static boolean isLayer(KerasProgram program, Layer layer) {
        boolean input = layer instanceof InputLayer && !(program.root().layer() instanceof Functional);
        return !input && !(layer instanceof OperationLayer);
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
            Map<String, List<Hdf5Dataset>> stored, Map<String, List<OlderWeights.Wanted>> wanted) {
        Map<String, List<Hdf5Dataset>> out = new LinkedHashMap<>();
        List<List<Hdf5Dataset>> order = List.copyOf(stored.values());
        wanted.keySet().forEach(name -> out.put(name, order.get(out.size())));
        return out;
    }

    /** The keys of a layer's stored variables in the order in which files list them. */
    private static List<OlderWeights.Wanted> keys(KerasProgram program, LayerNode node, boolean trainable) {
        List<Member> members = new ArrayList<>();
        collect(program, node, node.name(), trainable, members);
        Stream<Member> first = members.stream().filter(Member::trainable);
        Stream<Member> then = members.stream().filter(m -> !m.trainable());
        return Stream.concat(first, then).map(Member::wanted).toList();
    }

    private static void collect(
            KerasProgram program, LayerNode node, String path, boolean trainable, List<Member> members) {
        boolean own = trainable && node.trainable();
        List<Weight> weights = program.weights(path);
        for (boolean kind : new boolean[] {true, false}) {
            for (Weight w : weights) {
                if ((w.stored() || w.adaption() == Weight.Adaption.ADAPTER) && w.trainable() == kind) {
                    long[] shape =
                            Arrays.stream(w.shape().dims()).asLongStream().toArray();
                    members.add(new Member(
                            new OlderWeights.Wanted(
                                    program.sharing().first(path) + "/" + w.name(), w.name(), node.layer(), shape),
                            own && kind && w.adaption() != Weight.Adaption.ADAPTED));
                }
            }
        }
        for (Child c : node.layer().children(node.policy())) {
            collect(program, c.node(), path + "/" + c.node().name(), own, members);
        }
    }
}
