package dev.posthorn.tensorflow.bundle;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.BundleEntryProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The files {@code prefix.data-00000-of-0000n} that hold the tensors of a checkpoint. */
final class Shards {
    private final Path prefix;
    private final int count;

    /** Those that stay open, by their numbers. */
    private final Map<Integer, Shard> kept = new HashMap<>();

    Shards(Path prefix, int count) {
        this.prefix = prefix;
        this.count = count;
    }

    Path prefix() {
        return prefix;
    }

    static Path file(Path prefix, int i, int of) {
        return prefix.resolveSibling(String.format("%s.data-%05d-of-%05d", prefix.getFileName(), i, of));
    }

    List<Path> files() {
        return IntStream.range(0, count).mapToObj(i -> file(prefix, i, count)).toList();
    }

    /** The file that holds an entry, which must be inside of it. */
    Shard open(BundleEntryProto e, String where) throws IOException {
        if (e.getShardId() < 0 || e.getShardId() >= count) {
            throw new ModelFormatException(
                    "checkpoint: expected one of " + count + " shards but was " + e.getShardId() + ", at " + where);
        }
        Shard shard = Shard.open(file(prefix, e.getShardId(), count));
        try {
            shard.check(e.getOffset(), e.getSize(), where);
            return shard;
        } catch (ModelFormatException outside) {
            shard.close();
            throw outside;
        }
    }

    /** The file that holds an entry, open as long as somebody may read it; the collector closes it. */
    synchronized Shard kept(BundleEntryProto e, String where) throws IOException {
        Shard shard = kept.get(e.getShardId());
        if (shard == null) {
            shard = open(e, where);
            kept.put(e.getShardId(), shard);
        }
        shard.check(e.getOffset(), e.getSize(), where);
        return shard;
    }

    /** The bytes of an entry that is no tensor of numbers. */
    ByteBuffer bytes(BundleEntryProto e, String where) throws IOException {
        if (e.getSize() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(
                    "checkpoint: expected strings of at most 2^31 bytes but was " + e.getSize() + ", at " + where);
        }
        try (Shard shard = open(e, where)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) e.getSize());
            shard.read(e.getOffset(), bytes);
            return bytes.flip();
        }
    }

    /** Appends the bytes of an entry, as they are, to a file. */
    void copy(BundleEntryProto e, String where, FileChannel out) throws IOException {
        try (Shard shard = open(e, where)) {
            shard.copy(e.getOffset(), e.getSize(), out);
        }
    }
}
