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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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

    private interface Visitor {
        void dataset(Hdf5Dataset unknown);

        void attribute(Hdf5Object owner, Hdf5Attribute unknown);
    }

    private final KerasFile file;
    private final KerasProgram program;

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
        });
        names.addAll(assets());
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

    /** The values of the program's variables in the file, by their keys. */
    private Map<String, Stored> stored() {
        Map<String, Stored> stored = new LinkedHashMap<>();
        file.weights()
                .ifPresent(weights -> weights.roots()
                        .forEach(root -> stored.putAll(weights.layout().find(program, root, WeightSelection.ALL))));
        return stored;
    }

    /** The assets that no layer reads, by their paths in the archive. */
    Set<String> assets() throws IOException {
        Set<String> names = new TreeSet<>(file.assets().names());
        PathLayout.assets(program.root()).forEach(a -> names.removeAll(a.files()));
        return names;
    }

    /** Adds everything to a file that is to be written, below its root. */
    void copy(DraftGroup root) {
        visit(new Visitor() {
            @Override
            public void dataset(Hdf5Dataset unknown) {
                if (root.find(unknown.path()).isEmpty()) {
                    DraftObject copy = root.dataset(unknown.path(), unknown);
                    unknown.attributes().values().forEach(copy::attribute);
                }
            }

            @Override
            public void attribute(Hdf5Object owner, Hdf5Attribute unknown) {
                Optional<DraftObject> at =
                        owner instanceof Hdf5Group ? Optional.of(root.group(owner.path())) : root.find(owner.path());
                at.filter(o -> !o.hasAttribute(unknown.name())).ifPresent(o -> o.attribute(unknown));
            }
        });
    }

    private void visit(Visitor visitor) {
        KerasWeights weights = file.weights().orElse(null);
        if (weights == null) {
            return;
        }
        Set<String> claimed = new HashSet<>(weights.layout().copies(program));
        stored().values().stream().flatMap(s -> s.parts().stream()).forEach(d -> claimed.add(d.path()));
        for (Hdf5Group root : weights.roots()) {
            visit(root.file().root(), claimed, visitor);
        }
    }

    private static void visit(Hdf5Object object, Set<String> claimed, Visitor visitor) {
        if (List.of("/optimizer", "/optimizer_weights").contains(object.path())) {
            return;
        }
        if (object instanceof Hdf5Dataset d && !claimed.contains(d.path())) {
            visitor.dataset(d);
            return;
        }
        for (Hdf5Attribute a : object.attributes().values()) {
            if (!KNOWN.contains(a.name().replaceFirst("\\d+$", ""))) {
                visitor.attribute(object, a);
            }
        }
        if (object instanceof Hdf5Group g) {
            g.children().forEach(c -> visit(c, claimed, visitor));
        }
    }
}
