package dev.posthorn.tensorflow.bundle;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.proto.BundleEntryProto;
import dev.posthorn.proto.BundleHeaderProto;
import dev.posthorn.proto.TensorSliceProto;
import dev.posthorn.proto.VersionDef;
import dev.posthorn.tensorflow.Protos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes a checkpoint, all of whose tensors are in its first shard; {@link Bundle} and TensorFlow read it. */
public final class BundleWriter implements AutoCloseable {
    private final FileChannel out;
    private final SortedMap<String, byte[]> index = new TreeMap<>();

    private BundleWriter(Path shard, int shards) throws IOException {
        out = FileChannel.open(
                shard, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        BundleHeaderProto header = BundleHeaderProto.newBuilder()
                .setNumShards(shards)
                .setVersion(VersionDef.newBuilder().setProducer(1))
                .build();
        index.put("", header.toByteArray());
    }

    /** Writes {@code prefix.index} and {@code prefix.data-00000-of-00001}: the tensors in the order of their keys. */
    public static void write(Path prefix, Map<String, Tensor> tensors) throws IOException {
        SortedMap<String, Tensor> sorted = new TreeMap<>();
        tensors.forEach((key, t) -> sorted.put(Bundle.latin(key), t));
        try (BundleWriter w = new BundleWriter(Shards.file(prefix, 0, 1), 1)) {
            for (Map.Entry<String, Tensor> e : sorted.entrySet()) {
                w.index.put(e.getKey(), w.append(e.getValue()).toByteArray());
            }
            Files.write(Bundle.index(prefix), IndexTableWriter.write(w.index));
        }
    }

    /** Writes a checkpoint again where none is, in one shard; tensors that do not change are copied as bytes. */
    public static void copy(Bundle from, Path prefix, BundleEdit edit) throws IOException {
        Files.write(Bundle.index(prefix), copy(from, Shards.file(prefix, 0, 1), 1, edit));
    }

    /**
     * Writes a checkpoint again where one may be, the same or another. Its tensors go into another number of files than
     * those that are there, and the index is put in its place last: at any moment there is the old checkpoint or the new.
     */
    public static void replace(Bundle from, Path prefix, BundleEdit edit) throws IOException {
        List<Path> old = Files.exists(Bundle.index(prefix))
                ? Bundle.open(prefix).shards().files()
                : List.of();
        int shards = old.size() == 1 ? 2 : 1;
        List<Path> unused = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            unused.add(Shards.file(prefix, i, shards));
        }
        try (AtomicFile file = AtomicFile.create(Bundle.index(prefix))) {
            for (Path rest : unused) {
                Files.write(rest, new byte[0]);
            }
            file.channel().write(ByteBuffer.wrap(copy(from, unused.get(0), shards, edit)));
            file.commit();
            unused = old;
        } finally {
            for (Path p : unused) {
                Files.deleteIfExists(p);
            }
        }
    }

    /** Writes the tensors; returns the index. */
    private static byte[] copy(Bundle from, Path shard, int shards, BundleEdit edit) throws IOException {
        try (BundleWriter w = new BundleWriter(shard, shards)) {
            for (String key : from.keys()) {
                if (!edit.drops(key)) {
                    w.copy(from, key, edit);
                }
            }
            w.out.force(true);
            return IndexTableWriter.write(w.index);
        }
    }

    private void copy(Bundle from, String key, BundleEdit edit) throws IOException {
        BundleEntryProto old = from.entry(key);
        String name = Bundle.latin(edit.key(key));
        Optional<Tensor> value = edit.value(key);
        if (index.containsKey(name)) {
            throw new IllegalArgumentException(
                    "checkpoint: expected a new key but was '" + edit.key(key) + "' twice, at " + from.prefix());
        }
        if (old.getSlicesCount() == 0) {
            index.put(name, (value.isPresent() ? append(value.get()) : copied(from, key, old)).toByteArray());
            return;
        }
        BundleEntryProto.Builder whole = old.toBuilder();
        value.ifPresent(t -> whole.setDtype(Protos.dtype(t.dtype())));
        index.put(name, whole.build().toByteArray());
        for (TensorSliceProto s : old.getSlicesList()) {
            BundleEntryProto part = value.isPresent()
                    ? append(Box.of(s, value.get().shape(), key).part(value.get()))
                    : copied(from, key, from.slice(key, s));
            index.put(SliceKey.of(name, s), part.toByteArray());
        }
    }

    private BundleEntryProto copied(Bundle from, String key, BundleEntryProto entry) throws IOException {
        BundleEntryProto now =
                entry.toBuilder().setShardId(0).setOffset(out.position()).build();
        from.shards().copy(entry, key, out);
        return now;
    }

    private BundleEntryProto append(Tensor t) throws IOException {
        BundleEntryProto.Builder entry = BundleEntryProto.newBuilder()
                .setDtype(Protos.dtype(t.dtype()))
                .setShape(Protos.shape(t.shape()))
                .setOffset(out.position());
        if (t.dtype() != DType.STRING) {
            return entry.setSize(Elements.bytes(t.type()))
                    .setCrc32C(Elements.write(t, out).masked())
                    .build();
        }
        Checksum crc = new Checksum();
        ByteBuffer bytes = Strings.write(t, crc);
        entry.setSize(bytes.remaining()).setCrc32C(crc.masked());
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        return entry.build();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
