package dev.posthorn.tools.verify;

import dev.posthorn.golden.Case;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tools.data.Scratch;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Finds case folders: a folder itself, all below it, or those in an archive, which is unpacked until {@link #close}. */
public final class Cases implements Closeable {
    /** What an archive may unpack to. */
    private static final long LIMIT = 4L << 30;

    private final List<Scratch> scratch = new ArrayList<>();

    /** The case folders at a path, sorted. */
    public List<Path> find(Path path) throws IOException {
        if (Files.isRegularFile(path)
                && path.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
            Scratch unpacked = new Scratch();
            scratch.add(unpacked);
            unpack(path, unpacked.folder());
            return below(unpacked.folder());
        }
        if (Files.isRegularFile(path) && path.endsWith(Case.FILE)) {
            return List.of(path.toAbsolutePath().getParent());
        }
        if (!Files.isDirectory(path)) {
            String was = Files.exists(path) ? "another file" : "nothing";
            throw new ModelFormatException(
                    "verify: expected a case folder or a .zip of them but was " + was + ", at " + path);
        }
        return below(path);
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(p -> p.endsWith(Case.FILE))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** A path as a user knows it: below the archive it came from, not below the temporary folder. */
    public String name(Path path) {
        for (Scratch unpacked : scratch) {
            Path folder = unpacked.folder();
            if (path.startsWith(folder)) {
                return folder.relativize(path).toString().replace('\\', '/');
            }
        }
        return path.toString();
    }

    /** A text whose paths are as a user knows them. */
    public String named(String text) {
        String s = text;
        for (Scratch unpacked : scratch) {
            Path folder = unpacked.folder();
            s = s.replace(folder + folder.getFileSystem().getSeparator(), "");
        }
        return s;
    }

    /** Unpacks an archive into a folder. */
    public static void unpack(Path archive, Path folder) throws IOException {
        long bytes = 0;
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                Path file = folder.resolve(entry.getName()).normalize();
                if (!file.startsWith(folder)) {
                    throw new ModelFormatException(
                            "zip: expected paths below the archive but was " + entry.getName() + ", at " + archive);
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry);
                        OutputStream out = Files.newOutputStream(file)) {
                    byte[] chunk = new byte[1 << 16];
                    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                        bytes += n;
                        if (bytes > LIMIT) {
                            throw new ModelFormatException("zip: expected at most 4 GB but was more, at " + archive);
                        }
                        out.write(chunk, 0, n);
                    }
                }
            }
        } catch (ZipException e) {
            throw new ModelFormatException(
                    "zip: expected a zip archive but was broken (" + e.getMessage() + "), at " + archive, e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Scratch s : scratch) {
            s.close();
        }
    }
}
