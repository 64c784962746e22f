package dev.posthorn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands where a file is written stays what it was, but for its bytes. */
class AtomicFileTest {
    @TempDir
    private Path folder;

    private static void write(Path file, String text) throws IOException {
        try (AtomicFile out = AtomicFile.create(file)) {
            out.channel().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            out.commit();
        }
    }

    private static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aFileThatIsReplacedHandsOnItsPermissions() throws IOException {
        assumeTrue(posix(folder));
        Path file = Files.writeString(folder.resolve("model.h5"), "old");
        for (String permissions : List.of("rw-------", "rw-rw-r--")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            write(file, permissions);
            assertEquals(permissions, permissions(file));
            assertEquals(permissions, Files.readString(file));
        }
    }

    @Test
    void aFolderThatIsReplacedHandsOnItsPermissions() throws IOException {
        assumeTrue(posix(folder));
        Path saved = Files.createDirectory(folder.resolve("saved"));
        Files.setPosixFilePermissions(saved, PosixFilePermissions.fromString("rwx------"));
        try (AtomicFolder out = AtomicFolder.create(saved)) {
            Files.writeString(out.path().resolve("saved_model.pb"), "new");
            out.commit();
        }
        assertEquals("rwx------", permissions(saved));
        assertTrue(Files.exists(saved.resolve("saved_model.pb")));
    }

    @Test
    void aSymbolicLinkStaysAndWhatItLeadsToIsReplaced() throws IOException {
        assumeTrue(posix(folder));
        Path real =
                Files.writeString(Files.createDirectory(folder.resolve("real")).resolve("v1.h5"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("model.h5"), Path.of("real", "v1.h5"));
        write(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(real));
        try (Stream<Path> all = Files.list(real.getParent())) {
            assertEquals(List.of(real), all.toList());
        }
    }
}
