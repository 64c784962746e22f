package dev.posthorn.keras;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Layers that stand at several places of a model: one layer with one set of weights, which is that at its first place.
 *
 * @param firsts for each place but the first, its path and that of the first one
 */
public record Sharing(Map<String, String> firsts) {
    public static final Sharing NONE = new Sharing(Map.of());

    public Sharing {
        firsts = Map.copyOf(firsts);
    }

    /** Where the layer at a path stands first: there itself, where it or a layer around it is not shared. */
    public String first(String path) {
        for (int end = firsts.isEmpty() ? -1 : path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            String first = firsts.get(path.substring(0, end));
            if (first != null) {
                return first + path.substring(end);
            }
        }
        return path;
    }

    /** Whether the layer at a path stands somewhere before. */
    public boolean stoodBefore(String path) {
        return !first(path).equals(path);
    }

    /** Every path by which the layer at one of its places goes. */
    Stream<String> all(String path) {
        String first = first(path);
        return Stream.concat(
                Stream.of(first),
                firsts.entrySet().stream()
                        .filter(e -> e.getValue().equals(first))
                        .map(Map.Entry::getKey));
    }

    /** What of it holds in another model: the places at which there are still the same layers. */
    Sharing within(LayerNode model) {
        Map<String, String> kept = new LinkedHashMap<>();
        firsts.forEach((path, first) -> {
            Optional<LayerNode> here = at(model, path);
            if (here.isPresent() && here.equals(at(model, first))) {
                kept.put(path, first);
            }
        });
        return new Sharing(kept);
    }

    private static Optional<LayerNode> at(LayerNode node, String path) {
        List<LayerNode> below = node.layer().children(node.policy()).stream()
                .map(Child::node)
                .filter(n -> path.equals(n.name()) || path.startsWith(n.name() + "/"))
                .toList();
        for (LayerNode n : below) {
            Optional<LayerNode> found = path.equals(n.name())
                    ? Optional.of(n)
                    : at(n, path.substring(n.name().length() + 1));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
