package dev.posthorn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Equal entries give equal bytes, wherever and whenever. */
class StoredZipTest {
    @TempDir
    private Path folder;

    /** Java gives the time of an entry that it cannot say otherwise an extra field, in seconds of this time zone. */
    @Test
    void entriesHaveNoTimeThatDependsOnTheTimeZone() throws IOException {
        Path file = folder.resolve("a.zip");
        try (StoredZip zip = new StoredZip(file)) {
            zip.add("x", new byte[] {1});
            zip.finish();
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x04034b50, bytes.getInt(0));
        assertEquals(0x00210001, bytes.getInt(10), "1980-01-01 00:00:02");
        assertEquals(0, bytes.getShort(28), "bytes of extra fields");
    }
}
