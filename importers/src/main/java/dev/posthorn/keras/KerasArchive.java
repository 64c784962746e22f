package dev.posthorn.keras;

import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A {@code .keras} archive as its entries. */
final class KerasArchive implements AutoCloseable {
    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.weights.h5";

    private final Path path;
    private final ZipFile zip;
    private final FileChannel channel;

    private KerasArchive(Path path, ZipFile zip, FileChannel channel) {
        this.path = path;
        this.zip = zip;
        this.channel = channel;
    }

    static KerasArchive open(Path path) throws IOException {
        ZipFile zip = KerasZipFormat.zip(path);
        try {
            return new KerasArchive(path, zip, FileChannel.open(path, StandardOpenOption.READ));
        } catch (IOException e) {
            zip.close();
            throw e;
        }
    }

    /** The entries, in the order of the archive; folders are none. */
    List<String> names() {
        return zip.stream().filter(e -> !e.isDirectory()).map(ZipEntry::getName).toList();
    }

    byte[] bytes(String name) throws IOException {
        return KerasZipFormat.bytes(zip, entry(name), KerasZipFormat.LONGEST_JSON, path);
    }

    /** The weights, open as long as this is. */
    Hdf5File weights() throws IOException {
        return KerasZipFormat.weights(zip, entry(WEIGHTS), channel, path);
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new ModelFormatException(
                    "weights: expected '" + name + "' in the archive but was absent, at " + path);
        }
        return entry;
    }

    @Override
    public void close() throws IOException {
        zip.close();
        channel.close();
    }
}
