package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Architectures and weights in files of their own become one model. */
class ConvertTest {
    @TempDir
    private Path dir;

    private Cli convert(Path in, Path out, Object... more) {
        Object[] all = new Object[3 + more.length];
        all[0] = "convert";
        all[1] = in;
        all[2] = out;
        System.arraycopy(more, 0, all, 3, more.length);
        return Cli.run(all);
    }

    @Test
    void anArchitectureGetsTheWeightsOfAFile() throws IOException {
        Path folder = Cli.unpack("models/formats/to_json", dir);
        Path out = dir.resolve("whole.keras");
        Cli alone = convert(folder.resolve("model.json"), out);
        assertEquals(2, alone.code());
        assertTrue(alone.err().contains("expected weights but was an architecture alone"), alone.err());
        assertEquals(
                0,
                convert(folder.resolve("model.json"), out, "--weights", folder.resolve("model.h5"))
                        .code());
        Cli verified = Cli.run("verify", "--model", out, "--expected", folder.resolve("expected.npz"));
        assertEquals(0, verified.code(), verified.out() + verified.err());
    }

    @Test
    void weightsMayBeInShards() throws IOException {
        Path folder = Cli.unpack("models/formats/sharded_weights", dir);
        Path out = dir.resolve("whole.h5");
        Cli cli = convert(folder.resolve("model.keras"), out, "--weights", folder.resolve("sharded.weights.json"));
        assertEquals(0, cli.code(), cli.err());
        assertEquals(
                0,
                Cli.run("verify", "--model", out, "--expected", folder.resolve("expected.npz"))
                        .code());
    }

    @Test
    void whatDoesNotFitIsNamedOrPassedOver() throws IOException {
        Path folder = Cli.unpack("models/formats/to_json", dir);
        Path other = Cli.DIGITS.resolve("digits_keras3.h5");
        Path out = dir.resolve("other.keras");
        Cli cli = convert(folder.resolve("model.keras"), out, "--weights", other);
        assertEquals(2, cli.code());
        assertTrue(cli.err().contains("weights: expected"), cli.err());
        Cli options = convert(folder.resolve("model.keras"), out, "--by-name");
        assertTrue(options.err().contains("expected --weights with --by-name"), options.err());
        assertEquals(
                0,
                convert(folder.resolve("model.keras"), out, "--weights", other, "--by-name", "--skip-mismatch")
                        .code());
        assertEquals(
                0,
                Cli.run("verify", "--model", out, "--expected", folder.resolve("expected.npz"))
                        .code());
    }

    @Test
    void whatASavedModelCannotHoldIsListedOrRefused() throws IOException {
        Path model = Cli.unpack("models/formats/compiled_trained", dir).resolve("model.keras");
        Path out = dir.resolve("served");
        Cli refused = convert(model, out, "--lossless");
        assertEquals(2, refused.code());
        assertTrue(refused.err().contains("  the compile configuration"), refused.err());
        assertFalse(Files.exists(out));
        Cli listed = convert(model, out);
        assertEquals(0, listed.code(), listed.err());
        assertTrue(listed.err().startsWith("left out, for " + out + " cannot hold it:\n"), listed.err());
        assertTrue(listed.err().contains("  the optimizer's "), listed.err());
        assertEquals(
                "",
                convert(model, dir.resolve("alone"), "--lossless", "--no-optimizer")
                        .err());
    }
}
