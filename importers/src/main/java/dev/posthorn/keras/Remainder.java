package dev.posthorn.keras;

import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.DraftObject;
import dev.posthorn.hdf5.Hdf5Attribute;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.keras.layout.Stored;
import dev.posthorn.model.WeightSelection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a file holds beside what is understood: datasets, attributes and assets that no variable of the model and no writer
 * of the format accounts for. They are copied when the model is written again in the same layout.
 */
final class Remainder {
    /** Attributes that are written anew, without the numbers of lists that are split. */
    private static final Set<String> KNOWN = Set.of(
            "name",
            "dtype",
            "keras_version",
            "backend",
            "model_config",
            "training_config",
            "layer_names",
            "weight_names");

    /** Where files keep an optimizer's variables. */
    private static final Set<String> TRAINING = Set.of("/optimizer", "/optimizer_weights");

    /** Whether something of that name is an optimizer's. */
    static boolean isOptimizers(String name) {
        return TRAINING.stream().anyMatch(group -> name.startsWith(group + "/") || name.startsWith(group + "@"));
    }

    private interface Visitor {
        void dataset(Hdf5Dataset unknown);

        void attribute(Hdf5Object owner, Hdf5Attribute unknown);

        void link(Hdf5Group owner, String name, String target);

        /** A group without anything in it. */
        void empty(Hdf5Group group);

        /** A name for what cannot be copied. */
        void other(String path, String what);
    }

    private final KerasFile file;
    private final KerasProgram program;
    /** What {@link #stored} found. */
    private Map<String, Stored> stored;

    Remainder(KerasFile file, KerasProgram program) {
        this.file = file;
        this.program = program;
    }

    /** What there is, by path; attributes as {@code path@name}. */
    Set<String> names() throws IOException {
        Set<String> names = new LinkedHashSet<>();
        visit(new Visitor() {
            @Override
            public void dataset(Hdf5Dataset unknown) {
                names.add(unknown.path());
            }

            @Override
            public void attribute(Hdf5Object owner, Hdf5Attribute unknown) {
                names.add(owner.path() + "@" + unknown.name());
            }

            @Override
            public void link(Hdf5Group owner, String name, String target) {
                names.add(path(owner, name) + " → " + target);
            }

            @Override
            public void empty(Hdf5Group group) {
                // has no name of its own
            }

            @Override
            public void other(String path, String what) {
                names.add(called(path, what));
            }
        });
        names.addAll(files());
        return names;
    }

    private static String called(String path, String what) {
        return path + " (" + what + ")";
    }

    /** What archives hold beside their HDF5 file: files, and keys of their metadata. */
    Set<String> files() throws IOException {
        Set<String> names = new LinkedHashSet<>();
        assets().forEach(name -> names.add("assets/" + name));
        names.addAll(file.assets().others());
        file.assets().metadata().keySet().forEach(key -> names.add("metadata.json." + key));
        return names;
    }

    /** The keys of variables whose values no dataset holds. */
    Set<String> implied() {
        Set<String> keys = new LinkedHashSet<>();
        stored().forEach((key, s) -> {
            if (s.parts().isEmpty()) {
                keys.add(key);
            }
        });
        return keys;
    }

    /** What the file calls what it holds. */
    Origin.Names called() {
        Map<String, String> weights = new LinkedHashMap<>();
        stored().forEach((key, s) -> {
            if (s.parts().size() == 1
                    && Arrays.equals(s.shape(), s.parts().get(0).shape())) {
                weights.put(key, s.parts().get(0).path());
            }
        });
        return new Origin.Names(
                weights,
                StoredOptimizer.find(file).stream().map(Hdf5Dataset::path).toList(),
                CompileConfiguration.optimizer(file.compile()));
    }

    /** The values of the program's variables in the file, by their keys. */
    private Map<String, Stored> stored() {
        if (stored == null) {
            Map<String, Stored> found = new LinkedHashMap<>();
            file.weights()
                    .ifPresent(weights -> weights.roots()
                            .forEach(root -> found.putAll(weights.layout().find(program, root, WeightSelection.ALL))));
            stored = found;
        }
        return stored;
    }

    /** The assets that no layer reads, by their paths in the archive. */
    Set<String> assets() throws IOException {
        Set<String> names = new TreeSet<>(file.assets().names());
        PathLayout.assets(program.root()).forEach(a -> names.removeAll(a.files()));
        return names;
    }

    private static String path(Hdf5Group owner, String name) {
        return owner.path().equals("/") ? "/" + name : owner.path() + "/" + name;
    }

    /**
     * Adds everything to a file that is to be written, below its root; of an optimizer only where that has one. Returns the
     * names of what finds no place there.
     */
    Set<String> copy(DraftGroup root) {
        Set<String> left = new LinkedHashSet<>();
        visit(new Visitor() {
            private boolean trains(Hdf5Object object) {
                String[] names = object.path().split("/", 3);
                return names.length < 2
                        || !TRAINING.contains("/" + names[1])
                        || root.find(names[1]).isPresent();
            }

            @Override
            public void dataset(Hdf5Dataset unknown) {
                if (!trains(unknown)) {
                    left.add(unknown.path());
                } else if (root.find(unknown.path()).isEmpty()) {
                    DraftObject copy = root.dataset(unknown.path(), unknown);
                    unknown.attributes().values().forEach(copy::attribute);
                }
            }

            @Override
            public void attribute(Hdf5Object owner, Hdf5Attribute unknown) {
                Optional<DraftObject> at = !trains(owner)
                        ? Optional.empty()
                        : owner instanceof Hdf5Group ? Optional.of(root.group(owner.path())) : root.find(owner.path());
                at.filter(o -> !o.hasAttribute(unknown.name())).ifPresent(o -> o.attribute(unknown));
                if (at.isEmpty()) {
                    left.add(owner.path() + "@" + unknown.name());
                }
            }

            @Override
            public void link(Hdf5Group owner, String name, String target) {
                if (trains(owner) && root.find(path(owner, name)).isEmpty()) {
                    root.group(owner.path()).link(name, target);
                } else {
                    left.add(path(owner, name) + " → " + target);
                }
            }

            @Override
            public void empty(Hdf5Group group) {
                if (trains(group) && root.find(group.path()).isEmpty()) {
                    root.group(group.path());
                }
            }

            @Override
            public void other(String path, String what) {
                left.add(called(path, what));
            }
        });
        return left;
    }

    private void visit(Visitor visitor) {
        KerasWeights weights = file.weights().orElse(null);
        if (weights == null) {
            return;
        }
        Set<String> claimed = new HashSet<>(weights.layout().copies(program));
        StoredOptimizer.find(file).forEach(d -> claimed.add(d.path()));
        stored().values().stream().flatMap(s -> s.parts().stream()).forEach(d -> claimed.add(d.path()));
        for (Hdf5Group root : weights.roots()) {
            visit(root.file().root(), claimed, new ArrayDeque<>(), visitor);
        }
    }

    /** The name of a list's part without its number. */
    private static String withoutNumber(String name) {
        int end = name.length();
        while (end > 0 && name.charAt(end - 1) >= '0' && name.charAt(end - 1) <= '9') {
            end--;
        }
        return name.substring(0, end);
    }

    private static void visit(Hdf5Object object, Set<String> claimed, Deque<Hdf5Group> above, Visitor visitor) {
        if (object instanceof Hdf5Dataset d && !claimed.contains(d.path())) {
            visitor.dataset(d);
            return;
        }
        for (Hdf5Attribute a : object.attributes().values()) {
            if (!KNOWN.contains(withoutNumber(a.name()))) {
                visitor.attribute(object, a);
            }
        }
        if (object instanceof Hdf5Group g) {
            if (g.names().isEmpty()) {
                visitor.empty(g);
            }
            above.push(g);
            g.names().forEach(name -> visit(g, name, claimed, above, visitor));
            above.pop();
        }
    }

    private static void visit(Hdf5Group g, String name, Set<String> claimed, Deque<Hdf5Group> above, Visitor visitor) {
        Optional<String> target = g.target(name);
        if (target.isPresent()) {
            visitor.link(g, name, target.get());
            return;
        }
        if (g.leadsOut(name)) {
            visitor.other(path(g, name), "a link to another file");
            return;
        }
        Hdf5Object child = g.child(name).orElse(null);
        if (child == null) {
            visitor.other(path(g, name), "a committed datatype");
        } else if (child instanceof Hdf5Group in && above.stream().anyMatch(in::isSame)) {
            visitor.other(path(g, name), "a group that it is in");
        } else {
            visit(child, claimed, above, visitor);
        }
    }
}
