package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Mode;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a graph's file holds, reading it ends soon: with a program, or with one error that says what was expected. */
class DamagedFilesTest {
    private static final Path WHOLE = Path.of("..", "testdata", "digits", "digits_saved_model");
    private static final int TRIES = 150;

    @TempDir
    private Path folder;

    @Test
    void savedModelsAreRefusedClearly() throws IOException {
        try (Stream<Path> files = Files.walk(WHOLE)) {
            for (Path f : files.filter(Files::isRegularFile).toList()) {
                Path to = folder.resolve(WHOLE.relativize(f));
                Files.createDirectories(to.getParent());
                Files.copy(f, to);
            }
        }
        read();
        Path file = folder.resolve("saved_model.pb");
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < TRIES; i++) {
            byte[] other = i % 10 == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            for (int k = 0; k < 1 + i % 4 && other.length > 0; k++) {
                other[random.nextInt(other.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, other);
            try {
                Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), this::read, "try " + i);
            } catch (ModelFormatException | UnsupportedModelException | ShapeException e) {
                assertTrue(e.getMessage().contains("expected"), e::getMessage);
                refused++;
            }
        }
        assertTrue(refused > TRIES / 10, "only " + refused + " were refused");
    }

    private void read() throws IOException {
        var loaded = new SavedModelFormat().load(folder);
        for (Signature s : loaded.program().signatures()) {
            loaded.program()
                    .lower(
                            s.name(),
                            s.inputs().stream().map(p -> known(p.type())).toList(),
                            Mode.INFERENCE);
        }
    }

    private static TensorType known(TensorType t) {
        return t.shape().isRanked()
                ? t.withShape(Shape.of(Arrays.stream(t.shape().dims())
                        .map(d -> d < 0 ? 2 : Math.min(d, 64))
                        .toArray()))
                : t.withShape(Shape.of(2));
    }
}
