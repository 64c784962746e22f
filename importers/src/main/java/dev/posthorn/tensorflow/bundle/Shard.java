package dev.posthorn.tensorflow.bundle;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;

/**
 * A file with the bytes of a checkpoint's tensors, open for reading at any place. Nothing is mapped, so the file can be deleted
 * on every system, and nothing limits it to 2 GB. Safe for use by several threads.
 */
final class Shard implements AutoCloseable {
    private final Path file;
    private final long size;
    private final FileTime changed;
    private FileChannel channel;

    private Shard(Path file) throws IOException {
        this.file = file;
        this.size = Files.size(file);
        this.changed = Files.getLastModifiedTime(file);
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    static Shard open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException("checkpoint: expected a shard but was nothing, at " + file);
        }
        return new Shard(file);
    }

    /** Refuses a region that is not inside of the file. */
    void check(long from, long bytes, String where) {
        if (from < 0 || bytes < 0 || from > size - bytes) {
            throw new ModelFormatException("checkpoint: expected " + bytes + " bytes at " + from
                    + " but was a shard of " + size + " bytes, at " + where);
        }
    }

    /** Fills {@code into} with the bytes from there on. */
    void read(long from, ByteBuffer into) throws IOException {
        int start = into.position();
        for (FileChannel in = channel(null); ; in = channel(in)) {
            try {
                fill(in, from, into.position(start));
                return;
            } catch (ClosedByInterruptException e) {
                throw e; // the reader's own thread is to stop
            } catch (ClosedChannelException e) {
                // Another thread was interrupted while it read, which closes the channel for all.
            }
        }
    }

    private void fill(FileChannel in, long from, ByteBuffer into) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int n = in.read(into, at);
            if (n < 0) {
                throw shrank(at);
            }
            at += n;
        }
    }

    /** The channel; where that is {@code closed}, another on the same file. */
    private synchronized FileChannel channel(FileChannel closed) throws IOException {
        if (channel == closed || !channel.isOpen()) {
            if (Files.size(file) != size || !Files.getLastModifiedTime(file).equals(changed)) {
                throw new ModelFormatException(
                        "checkpoint: expected the shard that the model was loaded from but was another, at " + file);
            }
            channel = FileChannel.open(file, StandardOpenOption.READ);
        }
        return channel;
    }

    private ModelFormatException shrank(long now) {
        return new ModelFormatException(
                "checkpoint: expected a shard of " + size + " bytes but was " + now + " (it shrank), at " + file);
    }

    /** Appends bytes as they are to another file. */
    void copy(long from, long bytes, FileChannel out) throws IOException {
        for (long done = 0; done < bytes; ) {
            long n = channel.transferTo(from + done, bytes - done, out);
            if (n == 0 && channel.size() < from + bytes) {
                throw shrank(channel.size());
            }
            done += n;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
