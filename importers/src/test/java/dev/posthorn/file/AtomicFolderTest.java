package dev.posthorn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
    private static final String CONTENT = "saved_model.pb";

    @TempDir
    private Path folder;

    private Path target() {
        return folder.resolve("model");
    }

    private Path save(String content) throws IOException {
        try (AtomicFolder out = AtomicFolder.create(target())) {
            Files.writeString(out.path().resolve(CONTENT), content);
            Files.createDirectory(out.path().resolve("variables"));
            out.commit();
        }
        return target();
    }

    private String content() throws IOException {
        return Files.readString(target().resolve(CONTENT));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesAndLeavesNothingElse() throws IOException {
        save("old");
        save("new");
        assertEquals("new", content());
        assertEquals(List.of("model"), names());
    }

    @Test
    void theLongestNamesAreReplacedToo() throws IOException {
        Path longest = folder.resolve("é".repeat(127)); // 254 bytes
        for (String content : List.of("old", "new")) {
            try (AtomicFolder out = AtomicFolder.create(longest)) {
                Files.writeString(out.path().resolve(CONTENT), content);
                out.commit();
            }
        }
        assertEquals("new", Files.readString(longest.resolve(CONTENT)));
        try (AtomicFile out = AtomicFile.create(folder.resolve("x".repeat(255)))) {
            out.commit();
        }
        assertEquals(List.of("x".repeat(255), longest.getFileName().toString()), names());
    }

    @Test
    void withoutCommitTheOldOneStays() throws IOException {
        save("old");
        try (AtomicFolder out = AtomicFolder.create(target())) {
            Files.writeString(out.path().resolve(CONTENT), "half");
        }
        assertEquals("old", content());
        assertEquals(List.of("model"), names());
    }

    /** Killed between the two moves. */
    @Test
    void bringsBackWhatWasMovedAside() throws IOException {
        save("old");
        Files.move(target(), folder.resolve(".model.replaced"));
        AtomicFolder.recover(target());
        assertEquals("old", content());
        AtomicFolder.recover(target());
        assertEquals(List.of("model"), names());
    }

    /** Killed after the second move. */
    @Test
    void whatIsLeftAsideGoesWithTheNextSave() throws IOException {
        save("first");
        Files.move(target(), folder.resolve(".model.replaced"));
        Files.createDirectory(target());
        Files.writeString(target().resolve(CONTENT), "second");
        AtomicFolder.recover(target());
        assertEquals("second", content());
        save("third");
        assertEquals("third", content());
        assertEquals(List.of("model"), names());
    }

    @Test
    void followsLinks() throws IOException {
        save("old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target());
        try (AtomicFolder out = AtomicFolder.create(link)) {
            Files.writeString(out.path().resolve(CONTENT), "new");
            out.commit();
        }
        assertEquals("new", content());
        assertEquals(List.of("link", "model"), names());
    }

    @Test
    void neverReplacesAnythingElse() throws IOException {
        Files.createDirectory(target());
        Files.writeString(target().resolve("mine.txt"), "");
        assertThrows(FileAlreadyExistsException.class, () -> AtomicFolder.create(target()));
    }
}
