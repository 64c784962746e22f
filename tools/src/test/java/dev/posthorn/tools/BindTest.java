package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.keras.custom.CustomObjects;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The option {@code --bind}. */
class BindTest {
    @TempDir
    private Path dir;

    /** What the jar of a test offers. */
    public static final class Provider implements CustomObjects.Provider {
        @Override
        public CustomObjects objects() {
            return (CustomObjects) CustomCases.of("models/custom/layer");
        }
    }

    @Test
    void anExpressionStandsForALambda() throws IOException {
        Path folder = Cli.unpack("layers/lambda/python", dir);
        Path model = folder.resolve("model.keras");
        Cli without = Cli.run("inspect", model);
        assertTrue(without.out().contains("its code reads --bind lambda='(x * 2.0) + 1.0'"), without.out());
        assertEquals(1, Cli.run("verify", folder).code());
        Cli bound = Cli.run("verify", folder, "--bind", "lambda=(x * 2.0) + 1.0");
        assertEquals(0, bound.code(), bound.out());
        assertEquals(
                1, Cli.run("verify", folder, "--bind", "lambda=(x * 2.0) + 2.0").code());
        assertTrue(Cli.run("summary", model, "--bind", "lambda=x").out().contains("lambda (Lambda)"));
    }

    @Test
    void aNamedFunctionIsSuggested() throws IOException {
        Path model = Cli.unpack("layers/lambda/ops", dir).resolve("model.keras");
        String out = Cli.run("inspect", model).out();
        assertTrue(out.contains("it names the function 'square'; perhaps --bind lambda='square(x)'"), out);
    }

    @Test
    void whatIsMissingIsListedWithItsConfiguration() throws IOException {
        Path model = Cli.unpack("models/custom/layer", dir).resolve("model.keras");
        Cli cli = Cli.run("summary", model);
        assertEquals(2, cli.code());
        assertTrue(
                cli.err()
                        .contains("custom layer oracle>ScaledDense has no code in the file (bind a layer to its name;"
                                + " its configuration is {\"units\":3,\"factor\":2.0})"),
                cli.err());
    }

    @Test
    void aJarBringsLayers() throws IOException {
        Path folder = Cli.unpack("models/custom/layer", dir);
        Path jar = jar("META-INF/services/" + CustomObjects.Provider.class.getName(), Provider.class.getName());
        Cli cli = Cli.run("verify", folder, "--format", "keras,h5", "--bind", jar);
        assertEquals(0, cli.code(), cli.out());
    }

    @Test
    void whatCannotBeBoundIsSaid() throws IOException {
        Path model = Cli.unpack("layers/lambda/python", dir).resolve("model.keras");
        Cli broken = Cli.run("summary", model, "--bind", "lambda=x +");
        assertEquals(2, broken.code());
        assertTrue(
                broken.err().contains("expected one such as x / 255 but was 'x +' with its end, at --bind"),
                broken.err());
        Cli missing = Cli.run("summary", model, "--bind", "nowhere.jar");
        assertEquals(2, missing.code());
        assertTrue(missing.err().contains("expected NAME=FUNCTION or a .jar but was 'nowhere.jar'"), missing.err());
        Cli empty = Cli.run("summary", model, "--bind", jar("empty", ""));
        assertEquals(2, empty.code());
        assertTrue(empty.err().contains("expected providers of custom objects"), empty.err());
    }

    @Test
    void aNameThatStandsForNothingIsSaid() throws IOException {
        Path folder = Cli.unpack("layers/lambda/python", dir);
        Path model = folder.resolve("model.keras");
        for (Cli cli : new Cli[] {
            Cli.run("inspect", model, "--bind", "lamda=x"),
            Cli.run("summary", model, "--bind", "lambda=x", "--bind", "lamda=x"),
            Cli.run("verify", folder, "--bind", "lambda=x * 2 + 1", "--bind", "lamda=x")
        }) {
            assertEquals(2, cli.code(), cli.out());
            assertTrue(
                    cli.err()
                            .contains(
                                    "bind: expected names of what has no code in the model, which are [Lambda, lambda], "
                                            + "but was [lamda], at "),
                    cli.err());
        }
        Cli both = Cli.run("summary", model, "--bind", "lamda=x");
        assertEquals(2, both.code());
        assertTrue(both.err().contains("but was [lamda]") && both.err().contains("--bind lambda='"), both.err());
        Cli nothing =
                Cli.run("inspect", Cli.unpack("layers/dense/relu", dir).resolve("model.keras"), "--bind", "relu6=x");
        assertEquals(2, nothing.code());
    }

    private Path jar(String entry, String content) throws IOException {
        Path jar = dir.resolve("custom.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }
}
