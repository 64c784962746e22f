package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {
    @TempDir
    private Path dir;

    @Test
    void saysWhatTheFileIs() {
        Cli cli = Cli.run("inspect", Cli.DIGITS.resolve("digits.keras"));
        assertEquals(0, cli.code());
        assertEquals("", cli.err());
        for (String part : new String[] {
            "Keras .keras",
            "Keras 3.15.1",
            "image  float32[?×28×28×1]",
            "93,322 (364.54 KB)",
            "all supported",
            "3×  Conv2D"
        }) {
            assertTrue(cli.out().contains(part), part + " in\n" + cli.out());
        }
    }

    @Test
    void writesJson() throws IOException {
        Cli cli = Cli.run("inspect", "--json", Cli.DIGITS.resolve("digits_keras2.h5"));
        JsonNode json = new ObjectMapper().readTree(cli.out());
        assertEquals(93322, json.get("parameters").asInt());
        assertTrue(json.get("supported").asBoolean());
        assertEquals("[null,28,28,1]", json.get("inputs").get(0).get("shape").toString());
    }

    @Test
    void listsWhatIsNotSupportedAndIsContent() throws IOException {
        Path model = Cli.unpack("layers/lambda/python", dir).resolve("model.keras");
        Cli cli = Cli.run("inspect", model);
        assertEquals(0, cli.code());
        assertTrue(
                cli.out().contains("of which 1 not supported") && cli.out().contains("\nNot supported:\n"), cli.out());
        assertTrue(Cli.run("inspect", "--layers", model).out().contains("not supported"), cli.out());
    }

    @Test
    void saysWhatComputesButCannotBeTrained() throws IOException {
        Path model = Cli.unpack("models/formats/quantized_float8", dir).resolve("model.keras");
        Cli cli = Cli.run("inspect", model);
        assertTrue(cli.out().contains("all supported"), cli.out());
        assertTrue(cli.out().contains("cannot be trained: float8 weights: expected inference"), cli.out());
    }
}
