package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.file.Large;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.Mode;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.Program;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.model.WeightSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the Keras formats share: a configuration and weights, wherever in the file they are. */
abstract class KerasFormat implements ModelFormat {
    /** Opens the file and finds its parts; tensors are not read yet. */
    abstract KerasFile open(Path path) throws IOException;

    @Override
    public Loaded load(Path path) throws IOException {
        return load(path, Bindings.NONE);
    }

    /** With {@link CustomObjects} for custom layers and functions. */
    @Override
    public Loaded load(Path path, Bindings bindings) throws IOException {
        try (Closing closing = new Closing()) {
            KerasFile file = closing.add(open(path));
            LayerNode root = root(file, bindings);
            check(root, path.toString());
            KerasProgram program = program(root, file, path);
            Map<String, Tensor> values = new LinkedHashMap<>(program.states());
            boolean large = Files.isRegularFile(path) && Large.is(Files.size(path));
            file.weights()
                    .ifPresent(w -> values.putAll(large ? w.later(program) : w.read(program, WeightSelection.ALL)));
            if (large) {
                closing.release(); // open as long as a weight may be read; the collector closes channels
            }
            return new Loaded(program, new Variables(program.variables(), values));
        }
    }

    /** Refuses a model with layers that are not supported; all of them are named. */
    static void check(LayerNode root, String where) {
        List<String> reasons = items(root, root.name()).stream()
                .filter(i -> !i.supported())
                .map(i -> i.path() + ": " + i.problem())
                .toList();
        if (!reasons.isEmpty()) {
            throw new UnsupportedModelException(
                    "model: expected supported layers but was " + reasons.size() + " that are not: "
                            + String.join("; ", reasons) + ", at " + where,
                    reasons);
        }
    }

    @Override
    public Optional<Map<String, Tensor>> weights(Program program, Path path, WeightSelection selection)
            throws IOException {
        try (Closing closing = new Closing()) {
            Optional<KerasWeights> weights = weights(path, closing);
            if (weights.isEmpty() || !(program instanceof KerasProgram keras)) {
                return Optional.empty();
            }
            return Optional.of(weights.get().read(keras, selection));
        }
    }

    /** The weights in a file, where it is one of this format; what is opened is added to {@code closing}. */
    Optional<KerasWeights> weights(Path path, Closing closing) throws IOException {
        return accepts(path) ? closing.add(open(path)).weights() : Optional.empty();
    }

    private KerasProgram program(LayerNode root, KerasFile file, Path path) throws IOException {
        KerasFile.Reopen again = () -> open(path);
        return new KerasProgram(
                root,
                file.assets(root),
                file.weights().map(w -> w.sharing(root)).orElse(Sharing.NONE),
                file.training(again),
                p -> file.origin(p, again),
                file.where());
    }

    static LayerNode root(KerasFile file, Bindings bindings) {
        if (bindings != Bindings.NONE && !(bindings instanceof CustomObjects)) {
            throw new IllegalArgumentException(
                    "bindings: expected custom objects of Keras but was " + bindings + ", at " + file.where());
        }
        Map<String, Object> config =
                file.dialect() == Dialect.KERAS1 ? Keras1.translated(file.config()) : file.config();
        FieldType.Context context = new FieldType.Context(file.dialect(), "config", bindings);
        LayerNode root = DTypePolicyMap.placed(LayerReader.read(config, context));
        if (!ModelReader.isModel(config, LayerReader.config(config, "config"))) {
            if (!(root.layer() instanceof Unsupported)) {
                throw new ModelFormatException("model: expected a Sequential or Functional model but was "
                        + root.layer().className() + ", at " + file.where());
            }
        }
        return root;
    }

    @Override
    public Inspection inspect(Path path) throws IOException {
        return inspect(path, Bindings.NONE);
    }

    @Override
    public Inspection inspect(Path path, Bindings bindings) throws IOException {
        try (KerasFile file = open(path)) {
            LayerNode root = root(file, bindings);
            List<Inspection.Item> items = items(root, root.name());
            List<String> notes = new ArrayList<>();
            carried(root, root.name(), notes);
            Signature signature = new Signature(Signature.DEFAULT, List.of(), List.of());
            if (items.stream().allMatch(Inspection.Item::supported)) {
                signature = program(root, file, path, notes, signature);
            }
            List<Hdf5Dataset> stored = file.weights().map(KerasWeights::stored).orElse(List.of());
            if (file.weights().isEmpty()) {
                notes.add("an architecture without weights");
            }
            long parameters = stored.stream().mapToLong(Hdf5Dataset::size).sum();
            long bytes = stored.stream().mapToLong(Hdf5Dataset::bytesInFile).sum();
            return new Inspection(
                    name(),
                    file.producer(),
                    root.layer().className() + " model '" + root.name() + "'",
                    items,
                    signature.inputs(),
                    signature.outputs(),
                    parameters,
                    bytes,
                    notes);
        }
    }

    private Signature program(LayerNode root, KerasFile file, Path path, List<String> notes, Signature none)
            throws IOException {
        try {
            KerasProgram program = program(root, file, path);
            program.origin().rest().stream()
                    .map(name -> "kept but not understood: " + name)
                    .forEach(notes::add);
            untrainable(program).ifPresent(why -> notes.add("cannot be trained: " + why));
            return program.signatures().get(0);
        } catch (ModelFormatException | UnsupportedModelException | ShapeException e) {
            notes.add("cannot be built: " + e.getMessage());
            return none;
        }
    }

    /** Why a model that computes cannot be trained, if it cannot. */
    private static Optional<String> untrainable(KerasProgram program) {
        List<TensorType> inputs =
                program.signatures().get(0).inputs().stream().map(Port::type).toList();
        try {
            program.lower(Signature.DEFAULT, inputs, Mode.TRAINING);
            return Optional.empty();
        } catch (UnsupportedModelException | ShapeException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Every layer below {@code node}, with its support. */
    private static List<Inspection.Item> items(LayerNode node, String path) {
        List<Inspection.Item> items = new ArrayList<>();
        if (node.layer() instanceof Unsupported u) {
            items.add(new Inspection.Item(path, u.className(), u.reason()));
            return items;
        }
        List<Child> children = node.layer().children(node.policy());
        if (children.isEmpty() || !children.get(0).listed()) {
            items.add(new Inspection.Item(path, node.layer().className(), ""));
        }
        for (Child c : children) {
            items.addAll(items(c.node(), path + "/" + c.node().name()));
        }
        return items;
    }

    private static void carried(LayerNode node, String path, List<String> notes) {
        if (!node.carried().isEmpty()) {
            notes.add("keys that are kept but not understood: " + node.carried().keySet() + ", at " + path);
        }
        node.layer()
                .children(node.policy())
                .forEach(c -> carried(c.node(), path + "/" + c.node().name(), notes));
    }
}
