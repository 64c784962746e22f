package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a model was read, kept so that it is written back as it was.
 *
 * @param config the model's configuration object, as it stood
 * @param producer what wrote the file, by name
 * @param file opens the file again
 * @param rest the names of what the file holds beside what is understood
 * @param implied the keys of variables that the file does not hold, for they follow from the rest
 * @param names what the file calls what it holds
 */
record Origin(
        Dialect dialect,
        Map<String, Object> config,
        Map<String, String> producer,
        KerasFile.Reopen file,
        Set<String> rest,
        Set<String> implied,
        Names names) {
    /**
     * Names that mean nothing, and are kept.
     *
     * @param weights the paths of datasets that hold a variable as it is, by its key
     * @param optimizer the list of the optimizer's variables
     * @param of the configuration of that optimizer; null for none
     */
    record Names(Map<String, String> weights, List<String> optimizer, Object of) {
        static final Names NONE = new Names(Map.of(), List.of(), null);
    }

    /** Where no date is known: equal models give equal bytes, so no clock is read. */
    static final String NO_DATE = "1980-01-01@00:00:00";

    /** Of a model whose layers are others since: its configuration is made of them, and nothing else is kept. */
    Origin edited() {
        return new Origin(dialect, Map.of(), producer, file, Set.of(), implied, Names.NONE);
    }

    boolean isEdited() {
        return config.isEmpty();
    }

    /** Whether the configuration is that of an archive, in which every object names its Python module. */
    boolean ofArchive() {
        return config.containsKey("module");
    }

    /** The version of Keras to name in a file of this dialect: that of the origin, where it is the origin's dialect. */
    String version(Dialect written) {
        String newest = written == Dialect.KERAS3 ? "3.15.1" : "2.15.0";
        return written == dialect ? producer.getOrDefault("Keras", newest) : newest;
    }

    /** The file, open, where it holds what is not understood. */
    Optional<KerasFile> reopened() throws IOException {
        if (rest.isEmpty()) {
            return Optional.empty();
        }
        KerasFile again = file.open();
        if (!again.config().equals(config)) {
            again.close();
            throw new ModelFormatException(
                    "save: expected the file from which the model came, unchanged, for what it holds"
                            + " beside the model (" + rest + "), but was another, at " + again.where());
        }
        return Optional.of(again);
    }
}
