package dev.posthorn.file;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that appears whole or not at all: it is written beside its place and moved there by {@link #commit}. Closed
 * without a commit, or left by a JVM that is told to stop, it leaves what was there before. A file that it replaces hands on its
 * permissions, and where the name is a symbolic link, that stays and what it leads to is replaced. A target that is no regular
 * file (a pipe, a device) is written directly.
 */
public final class AtomicFile implements Closeable {
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::deleteAll, "unfinished files"));
    }

    private final Path target;
    private final Path written;
    private final FileChannel channel;

    private AtomicFile(Path target, Path written, FileChannel channel) {
        this.target = target;
        this.written = written;
        this.channel = channel;
    }

    /** Starts a file; fails now where it could not be put in its place later. */
    public static AtomicFile create(Path file) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new FileSystemException(file.toString(), null, "is a directory");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return new AtomicFile(target, target, FileChannel.open(target, StandardOpenOption.WRITE));
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new FileSystemException(file.toString(), null, "is not writable");
        }
        Path written = Beside.unfinished(target);
        UNFINISHED.add(written);
        try {
            return new AtomicFile(
                    target,
                    written,
                    FileChannel.open(
                            written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ));
        } catch (IOException e) {
            UNFINISHED.remove(written);
            throw Beside.refused(file, e);
        }
    }

    /** Where to write. */
    public FileChannel channel() {
        return channel;
    }

    /** Where to write, buffered; flush it before {@link #commit}. */
    public OutputStream stream() {
        return new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
    }

    /** Puts the file in its place; its bytes are on the disk before it is there, and its name is when this returns. */
    public void commit() throws IOException {
        if (!written.equals(target)) {
            Beside.permissions(target, written);
            channel.force(true);
        }
        channel.close();
        if (!written.equals(target)) {
            try {
                Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(written, target, StandardCopyOption.REPLACE_EXISTING);
            }
            UNFINISHED.remove(written);
            force(target.getParent());
        }
    }

    /** Writes a directory's names to the disk, where the system opens directories; Windows does not, nor needs it. */
    static void force(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (UNFINISHED.remove(written)) {
            Files.deleteIfExists(written);
        }
    }

    private static void deleteAll() {
        for (Path file : UNFINISHED) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // The JVM is stopping: nobody is there to tell.
            }
        }
    }
}
