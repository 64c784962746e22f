package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Architectures of Keras 1 as its users kept them: keys in any order, without a version, their text as a JSON string. */
class Keras1FilesTest {
    private static final String CASE = "keras1/conv2d/valid";

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"reversed", "unversioned", "string"})
    void architectureIsReadHoweverItWasKept(String how) throws IOException {
        CaseArchive archive = new CaseArchive(folder);
        archive.unpack("keras1.zip", CASE::equals);
        Path file = archive.file(CASE, "tf/model.json");
        JsonNode config = json.readTree(Files.readString(file));
        if (how.equals("unversioned")) {
            ((ObjectNode) config).remove("keras_version");
        }
        String text = json.writeValueAsString(how.equals("reversed") ? reversed(config) : config);
        Files.writeString(file, how.equals("string") ? json.writeValueAsString(text) : text);
        try (Model model = Model.load(file, archive.file(CASE, "tf/weights.h5"));
                Npz npz = Npz.open(archive.file(CASE, "tf/expected.npz"))) {
            assertArrayEquals(
                    npz.get("b0.out.0").floats(),
                    model.predict(npz.get("b0.in.0")).floats(),
                    1e-5f);
        }
    }

    @Test
    void regularizersAndConstraintsAreThoseOfToday() throws IOException {
        CaseArchive archive = new CaseArchive(folder);
        archive.unpack("keras1.zip", "keras1/dense/plain"::equals);
        Path saved = folder.resolve("saved.keras");
        try (Model model = Model.load(
                archive.file("keras1/dense/plain", "model.json"), archive.file("keras1/dense/plain", "weights.h5"))) {
            model.save(saved);
        }
        try (ZipFile zip = new ZipFile(saved.toFile())) {
            JsonNode dense = json.readTree(zip.getInputStream(zip.getEntry("config.json")))
                    .at("/config/layers/1/config");
            assertEquals("L1L2", dense.at("/kernel_regularizer/class_name").asText());
            assertEquals("NonNeg", dense.at("/bias_constraint/class_name").asText());
        }
    }

    /** The same with the keys of every object the other way round, as dictionaries of old Pythons have them in any order. */
    private JsonNode reversed(JsonNode node) {
        if (node.isObject()) {
            List<String> keys = new ArrayList<>();
            node.fieldNames().forEachRemaining(keys::add);
            Collections.reverse(keys);
            ObjectNode out = json.createObjectNode();
            keys.forEach(k -> out.set(k, reversed(node.get(k))));
            return out;
        }
        if (node.isArray()) {
            ArrayNode out = json.createArrayNode();
            node.forEach(n -> out.add(reversed(n)));
            return out;
        }
        return node;
    }
}
