package dev.posthorn.tools.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A temporary folder, which goes when it is closed or the JVM stops. */
public final class Scratch implements Closeable {
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Scratch::deleteAll, "temporary folders"));
    }

    private final Path folder;

    public Scratch() throws IOException {
        folder = Files.createTempDirectory("posthorn");
        OPEN.add(folder);
    }

    public Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        if (OPEN.remove(folder)) {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        }
    }

    private static void deleteAll() {
        for (Path folder : OPEN) {
            try {
                delete(folder);
            } catch (IOException e) {
                // The JVM is stopping: nobody is there to tell.
            }
        }
    }
}
