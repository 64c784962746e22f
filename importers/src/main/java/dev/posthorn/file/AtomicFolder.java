package dev.posthorn.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A folder that appears whole or not at all: it is written beside its place and moved there by {@link #commit}. A folder
 * that is replaced is first moved aside: at any moment one of the two is whole, though for an instant under a hidden name.
 */
public final class AtomicFolder implements Closeable {
    private final Path target;
    private final Path written;

    private AtomicFolder(Path target, Path written) {
        this.target = target;
        this.written = written;
    }

    /** Starts a folder; a file, or a folder that holds anything but a SavedModel, is never replaced. */
    public static AtomicFolder create(Path folder) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        boolean empty = true;
        if (Files.isDirectory(target)) {
            try (Stream<Path> all = Files.list(target)) {
                empty = all.findAny().isEmpty();
            }
        }
        boolean replaces = empty || Files.exists(target.resolve("saved_model.pb"));
        if (Files.exists(target) && !(Files.isDirectory(target) && replaces)) {
            throw new FileAlreadyExistsException(folder.toString(), null, "is there and is no SavedModel");
        }
        if (!Files.isDirectory(target.getParent())) {
            throw new FileSystemException(folder.toString(), null, "its directory does not exist");
        }
        Path written = hidden(target);
        Files.createDirectory(written);
        return new AtomicFolder(target, written);
    }

    private static Path hidden(Path target) {
        String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
        return target.resolveSibling("." + target.getFileName() + "." + unique + ".tmp");
    }

    /** Where to write. */
    public Path path() {
        return written;
    }

    /** Puts the folder in its place. */
    public void commit() throws IOException {
        for (Path file : all(written)) {
            if (Files.isRegularFile(file)) {
                try (FileChannel c = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    c.force(true);
                }
            }
        }
        if (!Files.exists(target)) {
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path old = hidden(target);
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        delete(old);
    }

    private static List<Path> all(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.sorted(Comparator.reverseOrder()).toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        for (Path p : all(folder)) {
            Files.delete(p);
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(written)) {
            delete(written);
        }
    }
}
