package dev.posthorn.tools.diff;

import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Variation;
import dev.posthorn.keras.operation.OperationLayer;
import dev.posthorn.model.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The layers of two Keras models, whatever files they are of: by their paths; those whose names are in one model alone, by their class
 * and order, where there are as many of the class in each.
 */
public record ArchitectureDiff(List<Layer> layers) {
    private static final String INPUTS = "inputs";

    public ArchitectureDiff {
        layers = List.copyOf(layers);
    }

    /**
     * A layer.
     *
     * @param before its path in the first model; empty where it is new
     * @param after its path in the second model; empty where it is gone
     * @param changes keys of its configuration that differ
     */
    public record Layer(String before, String after, String type, List<Key> changes) {
        public Layer {
            changes = List.copyOf(changes);
        }

        public boolean passed() {
            return changes.isEmpty() && !before.isEmpty() && !after.isEmpty();
        }

        /** Its path, in the second model where it is there. */
        public String path() {
            return after.isEmpty() ? before : after;
        }
    }

    /** A key of a configuration with its values. */
    public record Key(String name, String before, String after) {}

    /** A layer of a model and where it gets its inputs. */
    private record Placed(LayerNode node, Map<String, String> facts) {}

    static ArchitectureDiff of(KerasProgram a, KerasProgram b) {
        Map<String, Placed> first = placed(a);
        Map<String, Placed> second = placed(b);
        Map<String, String> renamed = renamed(first, second);
        List<Layer> layers = new ArrayList<>();
        Set<String> met = new LinkedHashSet<>();
        first.forEach((path, p) -> {
            String other = second.containsKey(path) ? path : renamed.get(path);
            if (other == null) {
                layers.add(new Layer(path, "", p.node.layer().className(), List.of()));
            } else {
                met.add(other);
                layers.add(new Layer(path, other, p.node.layer().className(), changes(p, second.get(other), renamed)));
            }
        });
        second.forEach((path, p) -> {
            if (!met.contains(path)) {
                layers.add(new Layer("", path, p.node.layer().className(), List.of()));
            }
        });
        return new ArchitectureDiff(layers);
    }

    private static Map<String, Placed> placed(KerasProgram program) {
        Map<String, Placed> all = new LinkedHashMap<>();
        Map<String, Program.Part> parts = new LinkedHashMap<>();
        parts(program.parts(), "", parts);
        walk(program.root(), "", parts, all);
        return all;
    }

    private static void parts(List<Program.Part> parts, String path, Map<String, Program.Part> all) {
        for (Program.Part p : parts) {
            all.put(path + p.name(), p);
            parts(p.parts(), path + p.name() + "/", all);
        }
    }

    private static void walk(LayerNode node, String path, Map<String, Program.Part> parts, Map<String, Placed> all) {
        for (Child c : node.layer().children(node.policy())) {
            String at = path + c.node().name();
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("class_name", c.node().layer().className());
            config(c.node()).forEach((k, v) -> facts.put(k, String.valueOf(v)));
            facts.put("dtype", c.node().policy().name());
            facts.put("trainable", String.valueOf(c.node().trainable()));
            Optional.ofNullable(parts.get(at)).ifPresent(p -> {
                facts.put("outputs", p.outputs().toString());
                if (!p.inputs().isEmpty()) {
                    facts.put(
                            INPUTS,
                            String.join(
                                    ", ",
                                    p.inputs().stream()
                                            .map(l -> l.part() + "[" + l.call() + "][" + l.output() + "]")
                                            .toList()));
                }
            });
            all.put(at, new Placed(c.node(), facts));
            walk(c.node(), at + "/", parts, all);
        }
    }

    private static Map<String, Object> config(LayerNode node) {
        return node.layer() instanceof OperationLayer o ? o.config() : Variation.config(node);
    }

    /** Paths of the first model that have others in the second. */
    private static Map<String, String> renamed(Map<String, Placed> first, Map<String, Placed> second) {
        Map<String, List<String>> gone = byClass(first, second.keySet());
        Map<String, List<String>> added = byClass(second, first.keySet());
        Map<String, String> renamed = new LinkedHashMap<>();
        gone.forEach((type, paths) -> {
            List<String> others = added.getOrDefault(type, List.of());
            for (int i = 0; i < paths.size() && others.size() == paths.size(); i++) {
                renamed.put(paths.get(i), others.get(i));
            }
        });
        return renamed;
    }

    private static Map<String, List<String>> byClass(Map<String, Placed> all, Set<String> without) {
        Map<String, List<String>> byClass = new LinkedHashMap<>();
        all.forEach((path, p) -> {
            if (!without.contains(path)) {
                byClass.computeIfAbsent(p.node.layer().className(), k -> new ArrayList<>())
                        .add(path);
            }
        });
        return byClass;
    }

    private static List<Key> changes(Placed a, Placed b, Map<String, String> renamed) {
        List<Key> keys = new ArrayList<>();
        Set<String> names = new TreeSet<>(a.facts.keySet());
        names.addAll(b.facts.keySet());
        for (String name : names) {
            String was = a.facts.getOrDefault(name, "");
            String is = b.facts.getOrDefault(name, "");
            boolean linked = name.equals(INPUTS) && (was.isEmpty() || is.isEmpty() || sameLinks(was, is, renamed));
            if (!linked && !Objects.equals(was, is)) {
                keys.add(new Key(name, was, is));
            }
        }
        return keys;
    }

    /** Whether inputs are the same but for the names of layers. */
    private static boolean sameLinks(String was, String is, Map<String, String> renamed) {
        String[] a = was.split(", ");
        String[] b = is.split(", ");
        boolean same = a.length == b.length;
        for (int i = 0; same && i < a.length; i++) {
            String name = a[i].substring(0, a[i].indexOf('['));
            String rest = a[i].substring(a[i].indexOf('['));
            String other = b[i];
            boolean moved = renamed.entrySet().stream()
                    .anyMatch(e -> last(e.getKey()).equals(name) && (last(e.getValue()) + rest).equals(other));
            same = a[i].equals(other) || moved;
        }
        return same;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether all layers are in both and equal but for their names. */
    public boolean passed() {
        return layers.stream().allMatch(Layer::passed);
    }

    /** The paths in the second model of the first one's layers. */
    Map<String, String> paths() {
        Map<String, String> paths = new LinkedHashMap<>();
        layers.stream()
                .filter(l -> !l.before.isEmpty() && !l.after.isEmpty())
                .forEach(l -> paths.put(l.before, l.after));
        return paths;
    }
}
