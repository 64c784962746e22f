package dev.posthorn.tensorflow;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Program;
import dev.posthorn.model.Variable;
import dev.posthorn.model.WeightSelection;
import dev.posthorn.proto.TrackableObjectGraph;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject;
import dev.posthorn.tensorflow.bundle.Bundle;
import dev.posthorn.tensorflow.bundle.OldCheckpoint;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Weights alone, as TensorFlow's checkpoints have them: {@code prefix.index}, or the one file of the oldest format. */
public final class CheckpointFormat implements ModelFormat {
    /** Names in a warning. */
    private static final int MOST_NAMED = 10;

    @Override
    public String name() {
        return "TensorFlow checkpoint";
    }

    @Override
    public boolean accepts(Path path) throws IOException {
        return Files.isRegularFile(path) && (Bundle.isIndex(path) || OldCheckpoint.is(path));
    }

    @Override
    public Loaded load(Path path) {
        throw new ModelFormatException(
                "model: expected a model but was a checkpoint, which holds weights only (load the"
                        + " model that they belong to), at " + path);
    }

    /** A tensor of a checkpoint, by the name of its variable, and how to read it. */
    private interface Source {
        TensorType type() throws IOException;

        Tensor read() throws IOException;

        /** What the checkpoint calls it. */
        String key();
    }

    /**
     * The tensors by the names of their variables; where {@code inParts}, those that were saved in parts also part by part, as
     * partitioners name them.
     */
    private static Map<String, Source> sources(Path path, boolean inParts) throws IOException {
        Map<String, Source> all = new LinkedHashMap<>();
        if (!Bundle.isIndex(path)) {
            OldCheckpoint.read(path).forEach((name, t) -> all.put(name, source(name, t)));
            return all;
        }
        Bundle bundle = Bundle.open(path);
        if (!bundle.contains(ObjectGraph.KEY)) {
            for (String key : bundle.keys()) {
                all.put(key, source(bundle, new Bundle.Place(key, "")));
                List<Bundle.Place> parts = inParts ? bundle.parts(key) : List.of();
                for (int i = 0; i < parts.size(); i++) {
                    String part = "/part_" + i;
                    all.putIfAbsent(key + part, source(bundle, parts.get(i)));
                    int slot = key.lastIndexOf('/'); // what an optimizer keeps of a part is called after it
                    if (slot > 0) {
                        all.putIfAbsent(
                                key.substring(0, slot) + part + key.substring(slot), source(bundle, parts.get(i)));
                    }
                }
            }
            return all;
        }
        TrackableObjectGraph graph = Messages.parse(
                bundle.read(ObjectGraph.KEY).byteStrings()[0],
                TrackableObjectGraph.parser(),
                path + "!/" + ObjectGraph.KEY);
        for (TrackableObject o : graph.getNodesList()) {
            for (TrackableObject.SerializedTensor t : o.getAttributesList()) {
                if (bundle.contains(t.getCheckpointKey())) {
                    String name = t.getFullName().isEmpty() ? t.getCheckpointKey() : t.getFullName();
                    all.put(name.replaceAll(":0$", ""), source(bundle, new Bundle.Place(t.getCheckpointKey(), "")));
                }
            }
        }
        return all;
    }

    private static Source source(Bundle bundle, Bundle.Place place) {
        return new Source() {
            @Override
            public TensorType type() {
                return bundle.type(place.key()).withShape(bundle.shape(place));
            }

            @Override
            public Tensor read() throws IOException {
                return bundle.read(place);
            }

            @Override
            public String key() {
                return place.key();
            }
        };
    }

    private static Source source(String key, Tensor t) {
        return new Source() {
            @Override
            public TensorType type() {
                return t.type();
            }

            @Override
            public Tensor read() {
                return t;
            }

            @Override
            public String key() {
                return key;
            }
        };
    }

    /**
     * Variables by their names, of which the checkpoint's may have more in front: the model's, a scope's. What matches no variable
     * and is not what only training needs is told to the logger {@code dev.posthorn.weights}.
     */
    @Override
    public Optional<Map<String, Tensor>> weights(Program program, Path path, WeightSelection selection)
            throws IOException {
        if (!accepts(path)) {
            return Optional.empty();
        }
        Map<String, Source> sources = sources(path, true);
        Map<String, Tensor> values = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (Variable v : program.variables()) {
            if (v.stored()) {
                Optional<String> name = name(v.key(), sources, path);
                boolean fits = name.isPresent()
                        && v.type()
                                .shape()
                                .accepts(sources.get(name.get()).type().shape());
                if (fits) {
                    values.put(v.key(), sources.get(name.get()).read());
                    used.add(sources.get(name.get()).key());
                } else if (name.isEmpty() ? !selection.byName() : !selection.skipMismatch()) {
                    missing.add(
                            name.isEmpty()
                                    ? "expected " + v.key() + " " + v.type().shape() + " but was absent"
                                    : "expected " + v.key() + " " + v.type().shape() + " but was "
                                            + sources.get(name.get()).type().shape());
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new ModelFormatException("weights: " + String.join("; ", missing) + ", at " + path);
        }
        List<String> left = new ArrayList<>(
                sources.values().stream().map(Source::key).distinct().toList());
        used.addAll(training(path));
        left.removeIf(used::contains);
        if (!left.isEmpty()) {
            String more = left.size() > MOST_NAMED ? " and " + (left.size() - MOST_NAMED) + " more" : "";
            System.getLogger("dev.posthorn.weights")
                    .log(
                            Level.WARNING,
                            "weights: expected variables of the model but {0} of the checkpoint are none: {1}, at {2}",
                            Integer.toString(left.size()),
                            String.join(", ", left.subList(0, Math.min(left.size(), MOST_NAMED))) + more,
                            path);
        }
        return Optional.of(values);
    }

    /** What a checkpoint holds to go on with a training, and to count. */
    private static Set<String> training(Path path) throws IOException {
        Set<String> all = new HashSet<>(Set.of("global_step", "save_counter/.ATTRIBUTES/VARIABLE_VALUE"));
        if (Bundle.isIndex(path)) {
            Bundle bundle = Bundle.open(path);
            Optional<CheckpointObjects> objects = CheckpointObjects.of(bundle);
            all.addAll(objects.isPresent() ? objects.get().training() : Slots1.of(bundle));
        }
        return all;
    }

    private static Optional<String> name(String key, Map<String, Source> sources, Path path) {
        List<String> ending = sources.keySet().stream()
                .filter(n -> n.equals(key) || n.endsWith("/" + key))
                .sorted(Comparator.comparingInt(String::length))
                .toList();
        if (ending.size() > 1 && ending.get(0).length() == ending.get(1).length()) {
            throw new ModelFormatException(
                    "weights: expected one tensor for " + key + " but was " + ending + ", at " + path);
        }
        return ending.stream().findFirst();
    }

    @Override
    public Inspection inspect(Path path) throws IOException {
        long parameters = 0;
        long bytes = 0;
        List<String> notes = new ArrayList<>(List.of("weights alone: load the model that they belong to"));
        for (Map.Entry<String, Source> e : sources(path, false).entrySet()) {
            TensorType t = e.getValue().type();
            parameters += t.shape().longSize();
            bytes += t.shape().longSize() * Math.max(1, t.dtype().bytes());
            notes.add("variable " + e.getKey() + ": " + t);
        }
        return new Inspection(name(), Map.of(), "weights", List.of(), List.of(), List.of(), parameters, bytes, notes);
    }
}
