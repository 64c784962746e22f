package dev.posthorn.tensorflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.KerasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Keras 2 notes beside the graphs of a SavedModel, in {@code keras_metadata.pb}: the architecture. Graphs run without it; it
 * says which layers they are of.
 *
 * @param version of Keras; empty where it is not said
 * @param model what kind of model it is, and its name
 * @param layers the class of each layer, by the path of its place in the model and its name
 * @param damage why there are no notes though there is a file; empty where it was read
 */
record KerasNotes(String version, String model, Map<String, String> layers, String damage) {
    static final String FILE = "keras_metadata.pb";
    private static final KerasNotes NONE = new KerasNotes("", "", Map.of(), "");

    /** Reads the notes of a SavedModel; without any where there is no such file, or none that can be read, which is said. */
    static KerasNotes of(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        try {
            return read(file);
        } catch (ModelFormatException e) {
            return new KerasNotes("", "", Map.of(), e.getMessage());
        }
    }

    private static KerasNotes read(Path file) throws IOException {
        String version = "";
        String model = "";
        Map<String, String> layers = new LinkedHashMap<>();
        for (KerasMetadata.Node n : Messages.read(file, KerasMetadata.parser()).getNodesList()) {
            JsonNode about = json(n.getMetadata(), file + "!/" + n.getNodePath());
            String what = about.path("class_name").asText("");
            if (n.getNodePath().equals("root")) {
                version = about.path("keras_version").asText("");
                model = what + " '" + about.path("name").asText("") + "'";
            } else if (!n.getIdentifier().equals("_tf_keras_metric") && !what.isEmpty()) {
                layers.put(
                        n.getNodePath().replaceFirst("^root\\.", "") + " "
                                + about.path("name").asText(""),
                        what);
            }
        }
        return new KerasNotes(version, model, layers, "");
    }

    private static JsonNode json(String text, String where) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(
                    "metadata: expected JSON but was broken (" + e.getOriginalMessage() + "), at " + where, e);
        }
    }

    /** A line for the model and one for each layer. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!damage.isEmpty()) {
            lines.add("the layers that Keras noted cannot be read, its graphs run without them: " + damage);
        }
        if (!model.isEmpty()) {
            lines.add("Keras model " + model);
        }
        layers.forEach((place, what) -> lines.add("Keras layer " + place + ": " + what));
        return lines;
    }
}
