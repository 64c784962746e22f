package dev.posthorn.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A folder that appears whole or not at all: it is written beside its place and moved there by {@link #commit}. No file
 * system replaces a folder that holds anything in one step, so what was there is moved aside first, to {@code .NAME.replaced}: a
 * process that is killed between the two moves leaves it there, and {@link #recover} brings it back.
 */
public final class AtomicFolder implements Closeable {
    private static final int TRIES = 3;
    private static final int DELETIONS = 100;
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtomicFolder::deleteAll, "unfinished folders"));
    }

    private final Path target;
    private final Path written;

    private AtomicFolder(Path target, Path written) {
        this.target = target;
        this.written = written;
    }

    /** Puts a folder back that was being replaced when the process was killed; nothing where there is one, or none aside. */
    public static void recover(Path folder) throws IOException {
        Path target = folder.toAbsolutePath().normalize();
        if (target.getFileName() != null && !Files.exists(target) && Files.isDirectory(aside(target))) {
            Files.move(aside(target), target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static Path aside(Path target) {
        return Beside.replaced(target);
    }

    /** Starts a folder; a file, or a folder that holds anything but a SavedModel, is never replaced. */
    public static AtomicFolder create(Path folder) throws IOException {
        recover(folder);
        Path target = Files.exists(folder)
                ? folder.toRealPath()
                : folder.toAbsolutePath().normalize();
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
        Path written = Beside.unfinished(target);
        UNFINISHED.add(written);
        try {
            Files.createDirectory(written);
        } catch (IOException e) {
            UNFINISHED.remove(written);
            throw Beside.refused(folder, e);
        }
        return new AtomicFolder(target, written);
    }

    /** Where to write. */
    public Path path() {
        return written;
    }

    /** Puts the folder in its place; its bytes are on the disk before it is there, and its name is when this returns. */
    public void commit() throws IOException {
        for (Path file : all(written)) {
            if (Files.isRegularFile(file)) {
                try (FileChannel c = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    c.force(true);
                }
            } else {
                AtomicFile.force(file);
            }
        }
        Beside.permissions(target, written);
        Path old = aside(target);
        if (Files.exists(target) && Files.exists(old)) { // of a save that was killed after its own was there
            delete(old);
        }
        for (int i = 1; Files.exists(target); i++) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
                break;
            } catch (IOException e) {
                recover(target);
                if (i == TRIES) { // each time somebody else put one there, or brought the old one back
                    throw e;
                }
            }
        }
        if (Files.exists(written)) {
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
        }
        UNFINISHED.remove(written);
        AtomicFile.force(target.getParent());
        if (Files.exists(old)) {
            delete(old);
        }
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
        if (UNFINISHED.remove(written) && Files.exists(written)) {
            delete(written);
        }
    }

    private static void deleteAll() {
        for (Path folder : UNFINISHED) {
            boolean there = true;
            for (int i = 0; there && i < DELETIONS; i++) {
                there = !deleted(folder);
            }
        }
    }

    /** Whether a folder is gone; while the JVM is stopping, somebody may still be writing into it. */
    private static boolean deleted(Path folder) {
        try {
            if (Files.exists(folder)) {
                delete(folder);
            }
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false; // nobody is there to tell
        }
    }
}
