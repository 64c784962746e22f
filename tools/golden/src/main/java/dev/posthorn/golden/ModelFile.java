package dev.posthorn.golden;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model in a case.
 *
 * @param format keras, h5, json (architecture beside its weights), savedmodel, pb, or what the file's name ends in
 */
public record ModelFile(Path path, String format) {
    private static final Pattern SHARD = Pattern.compile("(.+)_\\d{5}\\.weights\\.h5");
    private static final List<String> NO_MODELS = List.of("case.json", "compile.json", "config.json");

    /** The model at a path. */
    public static ModelFile of(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (Files.isDirectory(path)) {
            return new ModelFile(path, Files.exists(path.resolve("config.json")) ? "keras" : "savedmodel");
        }
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return new ModelFile(path, ending.equals("hdf5") ? "h5" : ending);
    }

    /**
     * The models among the files of a case. Whatever is not known to be something else counts as one, so that none is passed
     * over in silence; weights belong to the architecture beside them.
     */
    static List<ModelFile> among(Path folder, Collection<String> names) {
        boolean architecture = names.stream().anyMatch(n -> architecture(n) && !NO_MODELS.contains(n) && !weights(n));
        List<ModelFile> models = new ArrayList<>();
        for (String name : names) {
            boolean data = name.endsWith(".npz")
                    || name.startsWith(".")
                    || name.contains(".data-")
                    || name.endsWith(".py")
                    || name.endsWith(".md")
                    || name.endsWith(".txt");
            boolean folderOfOther = Files.isDirectory(folder.resolve(name)) && !isModel(folder.resolve(name));
            boolean part = shard(name, names) || architecture && weights(name);
            if (!data && !folderOfOther && !NO_MODELS.contains(name) && !part) {
                models.add(of(folder.resolve(name)));
            }
        }
        return models;
    }

    private static boolean isModel(Path folder) {
        return Files.exists(folder.resolve("saved_model.pb"))
                || Files.exists(folder.resolve("saved_model.pbtxt"))
                || Files.exists(folder.resolve("config.json"));
    }

    /** Whether a file holds a part of the weights that an index beside it lists: {@code w_00001.weights.h5} of {@code w}. */
    private static boolean shard(String name, Collection<String> names) {
        Matcher m = SHARD.matcher(name);
        return m.matches() && names.contains(m.group(1) + ".weights.json");
    }

    /** Whether a file is named as one of an architecture alone, or of an index of weights. */
    public static boolean architecture(String name) {
        return name.endsWith(".json") || name.endsWith(".yaml") || name.endsWith(".yml");
    }

    private static boolean weights(String name) {
        return name.equals("weights.h5") || name.endsWith(".weights.h5") || name.endsWith(".weights.json");
    }
}
