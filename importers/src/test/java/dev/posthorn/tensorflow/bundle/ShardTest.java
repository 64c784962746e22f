package dev.posthorn.tensorflow.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ShardTest {
    @TempDir
    private Path folder;

    /** And does not wait for bytes that never come. */
    @Test
    @Timeout(60)
    void aShardThatBecameShorterIsTold() throws IOException {
        Path file = Files.write(folder.resolve("shard"), new byte[100]);
        Path to = folder.resolve("copy");
        try (Shard shard = Shard.open(file);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            shard.copy(20, 30, out);
            assertEquals(30, Files.size(to));
            Files.write(file, new byte[40]);
            String said = assertThrows(ModelFormatException.class, () -> shard.copy(20, 30, out))
                    .getMessage();
            assertEquals("checkpoint: expected a shard of 100 bytes but was 40 (it shrank), at " + file, said);
        }
    }
}
