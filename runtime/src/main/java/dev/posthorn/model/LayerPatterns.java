package dev.posthorn.model;

import dev.posthorn.train.TrainableProgram.Layers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Layers that a user names by patterns: {@code *} stands for anything. A pattern with a {@code /} is for whole paths, another
 * one for a layer's own name at any depth. Each must be like some layer (C1).
 */
public final class LayerPatterns {
    private final List<Pattern> paths = new ArrayList<>();
    private final List<Pattern> names = new ArrayList<>();

    public LayerPatterns(Program program, List<String> patterns) {
        List<String> known = new ArrayList<>();
        collect(program.parts(), "", known);
        for (String p : patterns) {
            Pattern pattern = Pattern.compile("\\Q" + p.replace("*", "\\E.*\\Q") + "\\E");
            (p.contains("/") ? paths : names).add(pattern);
            if (known.stream().noneMatch(path -> like(pattern, p.contains("/"), path))) { // (C1)
                throw new IllegalArgumentException(
                        "layers: expected one of " + abbreviated(known) + " but was '" + p + "', at " + program.name());
            }
        }
    }

    private static String abbreviated(List<String> known) {
        return known.size() <= 20 ? known.toString() : known.subList(0, 20) + " and " + (known.size() - 20) + " more";
    }

    private static void collect(List<Program.Part> parts, String parent, List<String> known) {
        for (Program.Part p : parts) {
            String path = parent.isEmpty() ? p.name() : parent + "/" + p.name();
            known.add(path);
            collect(p.parts(), path, known);
        }
    }

    private static boolean like(Pattern pattern, boolean whole, String path) {
        return pattern.matcher(whole ? path : path.substring(path.lastIndexOf('/') + 1))
                .matches();
    }

    /** Whether the layer at a path is meant. */
    public boolean matches(String path) {
        return paths.stream().anyMatch(p -> like(p, true, path))
                || names.stream().anyMatch(p -> like(p, false, path));
    }

    /** Whether the layer at a path, or one that it is inside of, is meant. */
    public boolean covers(String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            if (matches(path.substring(0, end))) {
                return true;
            }
        }
        return false;
    }

    /** These layers trainable or not, and nothing said of the others. */
    Layers set(boolean trainable) {
        return path -> matches(path) ? Optional.of(trainable) : Optional.empty();
    }
}
