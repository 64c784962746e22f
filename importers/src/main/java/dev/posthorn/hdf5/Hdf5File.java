package dev.posthorn.hdf5;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * An HDF5 file, open for reading. What it contains is untrusted: nothing outside the file is ever opened, nothing is
 * allocated that the file could not fill, and whatever is damaged, truncated or of a kind this room does not read is a
 * {@link ModelFormatException} that names the file and the path inside it. Where the operating system cannot read the
 * file it is an {@link UncheckedIOException}.
 *
 * <p>Groups, datasets and attributes may be read from several threads, until the file is closed.
 */
public final class Hdf5File implements AutoCloseable {
    private static final int MOST_SOFT_LINKS = 64;

    private final Bytes bytes;
    private final GlobalHeap heap;
    private final Hdf5Group root;

    private Hdf5File(Bytes bytes) {
        this.bytes = bytes;
        try {
            long address = bytes.at("/", () -> Superblock.read(bytes)).rootHeader();
            this.heap = new GlobalHeap(bytes);
            this.root = (Hdf5Group) object("/", address)
                    .filter(o -> o instanceof Hdf5Group)
                    .orElseThrow(() ->
                            new ModelFormatException("Hdf5File: expected a root group but was none, at " + name()));
        } catch (RuntimeException e) {
            bytes.close();
            throw e;
        }
    }

    /** Opens a file; closing it closes the file. */
    public static Hdf5File open(Path file) {
        FileChannel channel;
        long size;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            size = channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException("Hdf5File: expected a readable file but was " + e + ", at " + file, e);
        }
        return new Hdf5File(Bytes.of(file.toString(), channel, 0, size, channel));
    }

    /**
     * Opens the region of {@code length} bytes from {@code start} in a channel, such as a stored entry of a zip file, in
     * place. The channel stays the caller's: it must stay open while this file is read, and is not closed with it.
     *
     * @param name what to call the file in messages
     */
    public static Hdf5File open(String name, FileChannel channel, long start, long length) {
        try {
            if (start < 0 || length < 0 || start > channel.size() - length) {
                throw new ModelFormatException("Hdf5File: expected " + length + " bytes from " + start
                        + " but was a file of " + channel.size() + ", at " + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Hdf5File: expected a readable file but was " + e + ", at " + name, e);
        }
        return new Hdf5File(Bytes.of(name, channel, start, length, () -> {}));
    }

    /**
     * Opens the remaining bytes of a buffer, which must not change while this file is read.
     *
     * @param name what to call the file in messages
     */
    public static Hdf5File open(String name, ByteBuffer buffer) {
        return new Hdf5File(Bytes.of(name, buffer));
    }

    /**
     * Whether a file opens with the signature of HDF5, also behind a user block; a zip archive is not one, even if an entry
     * that is an HDF5 file happens to stand where a user block could end.
     */
    public static boolean is(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer first = ByteBuffer.allocate(4);
            channel.read(first, 0);
            boolean zip = first.getInt(0) == 0x504b0304;
            return !zip && Superblock.find(Bytes.of(file.toString(), channel, 0, channel.size(), () -> {})) >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException("Hdf5File: expected a readable file but was " + e + ", at " + file, e);
        }
    }

    /** What the file is called in messages. */
    public String name() {
        return bytes.name();
    }

    /** The group in which everything else is. */
    public Hdf5Group root() {
        return root;
    }

    /** The group or dataset at a path such as {@code model_weights/dense_1}, if there is one. */
    public Optional<Hdf5Object> find(String path) {
        return root.find(path);
    }

    @Override
    public void close() {
        bytes.close();
    }

    Bytes bytes() {
        return bytes;
    }

    GlobalHeap heap() {
        return heap;
    }

    /** What stands at an address: a group, a dataset, or nothing that has a name here (a committed datatype). */
    Optional<Hdf5Object> object(String path, long address) {
        return bytes.at(path, () -> {
            ObjectHeader header = ObjectHeader.read(bytes, address);
            if (header.has(ObjectHeader.SYMBOL_TABLE) || header.has(ObjectHeader.LINK_INFO)) {
                return Optional.of(new Hdf5Group(this, path, address, header));
            }
            boolean dataset = header.has(ObjectHeader.DATATYPE) && header.has(ObjectHeader.DATASPACE);
            return dataset ? Optional.of(new Hdf5Dataset(this, path, header)) : Optional.empty();
        });
    }

    /** Follows a path of names from a group, through soft links, of which a lookup takes a limited number. */
    Optional<Hdf5Object> find(Hdf5Group from, String path) {
        Deque<String> names = new ArrayDeque<>();
        Hdf5Object at = push(names, path) ? root : from;
        for (int softLinks = 0; !names.isEmpty(); ) {
            String name = names.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (!(at instanceof Hdf5Group group)) {
                return Optional.empty();
            }
            Links.Link link = group.links().get(name);
            if (link == null) {
                return Optional.empty();
            }
            if (link.soft() != null) {
                if (++softLinks > MOST_SOFT_LINKS) {
                    throw new ModelFormatException("Hdf5File: expected at most " + MOST_SOFT_LINKS
                            + " soft links in a path but was more (they may go in a circle), at " + name() + "!"
                            + group.inner(name));
                }
                at = push(names, link.soft()) ? root : at;
            } else {
                Optional<Hdf5Object> next = group.linked(link);
                if (next.isEmpty()) {
                    return next;
                }
                at = next.get();
            }
        }
        return Optional.of(at);
    }

    /** Puts the names of a path before those waiting; whether the path starts at the root. */
    private static boolean push(Deque<String> names, String path) {
        List<String> parts = List.of(path.split("/"));
        for (int i = parts.size() - 1; i >= 0; i--) {
            names.push(parts.get(i));
        }
        return path.startsWith("/");
    }

    @Override
    public String toString() {
        return "Hdf5File " + name();
    }
}
