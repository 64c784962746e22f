package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code posthorn diff A B}: two models. */
class ModelDiffTest {
    @TempDir
    static Path folder;

    static Path model;

    @BeforeAll
    static void unpack() throws Exception {
        model = Altered.golden("convolutions", folder).resolve("model.keras");
    }

    @Test
    void theSameModelInAnotherFormatIsEqual() {
        for (String other : new String[] {"other.h5", "saved"}) {
            Path to = folder.resolve(other);
            assertEquals(Posthorn.RIGHT, Cli.run("convert", model, to).code());
            Cli r = Cli.run("diff", model, to, "--all");
            assertEquals(Posthorn.RIGHT, r.code(), r::out);
            assertTrue(r.out().contains("equal  weight first/kernel"), r::out);
            assertTrue(r.out().contains("0 of 1 outputs differ"), r::out);
            assertEquals(other.equals("saved"), r.out().contains("layers: not compared"), r::out);
        }
    }

    @Test
    void aChangedKeyIsNamed() throws Exception {
        Path other = Altered.keras(
                model, folder.resolve("epsilon.keras"), c -> c.replace("\"epsilon\": 0.001", "\"epsilon\": 0.05"));
        Path page = folder.resolve("diff.html");
        Cli r = Cli.run("diff", model, other, "--html", page, "--junit-xml", folder.resolve("diff.xml"));
        assertEquals(Posthorn.FAILED, r.code(), r::err);
        assertTrue(r.out().contains("DIFFER layer norm (BatchNormalization) epsilon: 0.001 → 0.05\n"), r::out);
        assertTrue(r.out().contains("DIFFER output"), r::out);
        assertTrue(r.out().endsWith("1 of 9 layers, 0 of 12 weights, 1 of 1 outputs differ\n"), r::out);
        assertTrue(Files.readString(page).contains("epsilon: 0.001 → 0.05"));
        assertTrue(Files.readString(folder.resolve("diff.xml")).contains("failures=\"2\""));
    }

    @Test
    void anotherNameAloneIsNoDifference() throws Exception {
        Path other = Altered.keras(model, folder.resolve("renamed.keras"), c -> c.replace("\"mix\"", "\"mixed\""));
        Cli r = Cli.run("diff", model, other, "--all");
        assertEquals(Posthorn.RIGHT, r.code(), r::out);
        assertTrue(r.out().contains("equal  layer mixed (Conv2D) was named mix"), r::out);
        assertTrue(r.out().contains("equal  weight mix/kernel → mixed/kernel"), r::out);
    }

    @Test
    void weightsAreToldByTheirNorms() throws Exception {
        Path other = folder.resolve("halved.keras");
        try (Model m = Model.load(model)) {
            Tensor w = m.variables().get("mix/kernel");
            Tensor half = Tensor.zeros(w.type());
            for (int i = 0; i < w.size(); i++) {
                half.setDouble(i, w.getDouble(i) / 2);
            }
            m.variables().set(Map.of("mix/kernel", half));
            m.save(other);
        }
        Cli r = Cli.run("diff", model, other, "--json");
        assertEquals(Posthorn.FAILED, r.code(), r::err);
        JsonNode json = new ObjectMapper().readTree(r.out());
        assertFalse(json.get("equal").asBoolean());
        for (JsonNode w : json.get("weights")) {
            boolean halved = w.get("before").asText().equals("mix/kernel");
            assertEquals(!halved, w.get("equal").asBoolean(), w::toString);
            double norm = w.get("norm_before").asDouble();
            assertEquals(halved ? norm / 2 : norm, w.get("norm_after").asDouble(), 1e-6 * norm);
            assertEquals(halved ? norm / 2 : 0, w.get("distance").asDouble(), 1e-6 * norm);
        }
        assertTrue(json.get("layers").get(0).get("changes").isEmpty());
    }

    @Test
    void modelsThatCannotBeComparedAreRefused() {
        Cli r = Cli.run("diff", model);
        assertEquals(Posthorn.UNUSABLE, r.code());
        assertTrue(r.err().contains("expected two models, or one and two backends, but was"), r::err);
        r = Cli.run("diff", model, Cli.DIGITS.resolve("digits.keras"));
        assertEquals(Posthorn.UNUSABLE, r.code(), r::out);
        r = Cli.run("diff", model, model, "--tolerance", "-1");
        assertEquals(Posthorn.UNUSABLE, r.code(), r::out);
    }
}
