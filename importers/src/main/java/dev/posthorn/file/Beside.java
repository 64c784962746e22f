package dev.posthorn.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Hidden names beside a file or folder, which file systems take wherever they take its own. */
final class Beside {
    private static final int LONGEST = 255;

    private Beside() {}

    /** A name of its own each time: {@code .NAME.<unique>.tmp}. */
    static Path unfinished(Path target) {
        String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
        return named(target, "." + unique + ".tmp");
    }

    /** The one name of what is replaced: {@code .NAME.replaced}. */
    static Path replaced(Path target) {
        return named(target, ".replaced");
    }

    /** Gives what is to replace a file or folder the permissions of that, where the system has such; nothing where none is there. */
    static void permissions(Path target, Path written) throws IOException {
        PosixFileAttributeView to = Files.getFileAttributeView(written, PosixFileAttributeView.class);
        if (to != null && Files.exists(target)) {
            to.setPermissions(Files.getPosixFilePermissions(target));
        }
    }

    /** Why what was to become {@code file} could not be created beside it. */
    static IOException refused(Path file, IOException e) {
        String reason = e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e.getClass().getSimpleName();
        boolean there = Files.isDirectory(file.toAbsolutePath().getParent());
        String why = there ? "cannot be created: " + reason : "its directory does not exist";
        return (IOException) new FileSystemException(file.toString(), null, why).initCause(e);
    }

    /** With a digest in place of a name that is too long to be added to. */
    private static Path named(Path target, String ending) {
        String name = target.getFileName().toString();
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        boolean fits = 1 + bytes.length + ending.length() <= LONGEST;
        return target.resolveSibling("." + (fits ? name : UUID.nameUUIDFromBytes(bytes)) + ending);
    }
}
