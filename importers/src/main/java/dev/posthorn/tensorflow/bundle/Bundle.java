package dev.posthorn.tensorflow.bundle;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.posthorn.file.Large;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.BundleEntryProto;
import dev.posthorn.proto.BundleHeaderProto;
import dev.posthorn.proto.TensorSliceProto;
import dev.posthorn.proto.VariantTensorDataProto;
import dev.posthorn.tensorflow.Protos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * A checkpoint of TensorFlow: {@code prefix.index} says where each tensor lies in {@code prefix.data-00000-of-0000n}.
 * Tensors are read when they are asked for; those of a {@linkplain Large large} one stay where they are until their elements
 * are wanted, and only their checksums are looked at before.
 */
public final class Bundle {
    private static final String INDEX = ".index";

    private final Shards shards;
    private final Map<String, BundleEntryProto> entries;
    private final Map<String, BundleEntryProto> slices;
    private final boolean large;

    private Bundle(
            Shards shards, Map<String, BundleEntryProto> entries, Map<String, BundleEntryProto> slices, boolean large) {
        this.shards = shards;
        this.entries = entries;
        this.slices = slices;
        this.large = large;
    }

    /** A tensor in a checkpoint, or the part of one that {@code slice} names as {@code RestoreV2} has it; empty for all. */
    public record Place(String key, String slice) {}

    /** The file that holds the index of the bundle of that prefix. */
    public static Path index(Path prefix) {
        return prefix.resolveSibling(prefix.getFileName() + INDEX);
    }

    /** Whether the file is a bundle's index, by its content. */
    public static boolean isIndex(Path file) throws IOException {
        if (!file.getFileName().toString().endsWith(INDEX) || Files.size(file) < IndexTable.FOOTER) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(8);
            in.read(last, in.size() - 8);
            return IndexTable.is(last.flip());
        }
    }

    /** Opens the bundle of this prefix, or of this index. */
    public static Bundle open(Path prefixOrIndex) throws IOException {
        return open(prefixOrIndex, Large::is);
    }

    /** @param large whether tensors of so many bytes stay where they are */
    static Bundle open(Path prefixOrIndex, LongPredicate large) throws IOException {
        String name = prefixOrIndex.getFileName().toString();
        Path prefix = name.endsWith(INDEX)
                ? prefixOrIndex.resolveSibling(name.substring(0, name.length() - INDEX.length()))
                : prefixOrIndex;
        Path index = index(prefix);
        if (!Files.isRegularFile(index)) {
            throw new ModelFormatException("checkpoint: expected an index but was nothing, at " + index);
        }
        Map<String, byte[]> table;
        try (FileChannel in = FileChannel.open(index, StandardOpenOption.READ)) {
            table = IndexTable.read(in, index).entries();
        }
        byte[] first = table.remove("");
        if (first == null) {
            throw new ModelFormatException("checkpoint: expected a header but was none, at " + index);
        }
        BundleHeaderProto header = parse(first, BundleHeaderProto.parser(), index + "!/header");
        if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE || header.getNumShards() < 1) {
            throw new ModelFormatException("checkpoint: expected little-endian shards but was " + header.getEndianness()
                    + ", " + header.getNumShards() + " shards, at " + index);
        }
        Map<String, BundleEntryProto> entries = new LinkedHashMap<>();
        Map<String, BundleEntryProto> slices = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> e : table.entrySet()) {
            // Names of slices begin with a zero byte; those of tensors never do.
            boolean slice = e.getKey().charAt(0) == 0;
            String key = slice ? e.getKey() : utf8(e.getKey());
            (slice ? slices : entries).put(key, parse(e.getValue(), BundleEntryProto.parser(), index + "!/" + key));
        }
        long bytes = Stream.of(entries, slices)
                .flatMap(m -> m.values().stream())
                .mapToLong(BundleEntryProto::getSize)
                .sum();
        return new Bundle(new Shards(prefix, header.getNumShards()), entries, slices, large.test(bytes));
    }

    private static String utf8(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    static String latin(String utf8) {
        return new String(utf8.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static <M> M parse(byte[] bytes, com.google.protobuf.Parser<M> parser, String where) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(
                    "checkpoint: expected a message but was broken (" + e.getMessage() + "), at " + where, e);
        }
    }

    /** The keys, in order. */
    public List<String> keys() {
        return List.copyOf(entries.keySet());
    }

    public boolean contains(String key) {
        return entries.containsKey(key);
    }

    public Path prefix() {
        return shards.prefix();
    }

    /** The type of a tensor, without reading it. */
    public TensorType type(String key) {
        BundleEntryProto e = entry(key);
        return new TensorType(Protos.dtype(e.getDtype(), where(key)), Protos.known(e.getShape(), where(key)));
    }

    BundleEntryProto entry(String key) {
        return Optional.ofNullable(entries.get(key))
                .orElseThrow(() -> new ModelFormatException(
                        "checkpoint: expected '" + key + "' but was absent, at " + index(prefix())));
    }

    private String where(String key) {
        return index(prefix()) + "!/" + key;
    }

    Shards shards() {
        return shards;
    }

    /** The tensor of that key, put together where it was saved in slices. */
    public Tensor read(String key) throws IOException {
        TensorType type = type(key);
        BundleEntryProto e = entry(key);
        if (e.getSlicesCount() == 0) {
            return read(e, type, where(key));
        }
        Tensor whole = Tensor.zeros(type);
        long covered = 0;
        for (TensorSliceProto s : e.getSlicesList()) {
            Box box = Box.of(s, type.shape(), where(key));
            box.copy(read(slice(key, s), type.withShape(box.shape()), where(key)), whole);
            covered += box.shape().longSize();
        }
        if (covered < type.shape().longSize()) {
            throw new ModelFormatException("checkpoint: expected slices of all of " + type + " but was " + covered
                    + " elements, at " + where(key));
        }
        return whole;
    }

    /** The entry of a slice of a tensor. */
    BundleEntryProto slice(String key, TensorSliceProto s) {
        BundleEntryProto part = slices.get(SliceKey.of(latin(key), s));
        if (part == null) {
            throw new ModelFormatException("checkpoint: expected the slice "
                    + s.toString().replace('\n', ' ') + " but was absent, at " + where(key));
        }
        return part;
    }

    /** The tensor, or part of one, that lies there. */
    public Tensor read(Place place) throws IOException {
        Tensor whole = read(place.key);
        return place.slice.isEmpty() ? whole : box(place, whole.shape()).part(whole);
    }

    /** The parts of a tensor that was saved in slices, in their order along the axes; none of one that was saved whole. */
    public List<Place> parts(String key) {
        Shape whole = type(key).shape();
        return entry(key).getSlicesList().stream()
                .map(s -> Box.of(s, whole, where(key)))
                .sorted((a, b) -> Arrays.compare(a.start(), b.start()))
                .map(b -> new Place(key, b.text(whole)))
                .toList();
    }

    /** The shape of what lies there, without reading it. */
    public Shape shape(Place place) {
        Shape whole = type(place.key).shape();
        return place.slice.isEmpty() ? whole : box(place, whole).shape();
    }

    /** Whether two whole tensors are the same, by their types and checksums; what lies in parts is not compared. */
    public boolean isSame(Place a, Place b) {
        BundleEntryProto x = entry(a.key);
        BundleEntryProto y = entry(b.key);
        boolean whole = a.slice.isEmpty() && b.slice.isEmpty() && x.getSlicesCount() + y.getSlicesCount() == 0;
        return a.equals(b)
                || whole
                        && type(a.key).equals(type(b.key))
                        && x.getSize() == y.getSize()
                        && x.getCrc32C() == y.getCrc32C();
    }

    /** Puts a value in its place in the whole tensor, where that is a part. */
    public Tensor placed(Place place, Tensor value, Tensor whole) {
        if (place.slice.isEmpty()) {
            return value;
        }
        box(place, whole.shape()).copy(value, whole);
        return whole;
    }

    private Box box(Place place, Shape whole) {
        return Box.of(place.slice, whole, where(place.key));
    }

    /** The elements of a tensor of variants. */
    public List<VariantTensorDataProto> readVariants(String key) throws IOException {
        BundleEntryProto e = entry(key);
        Shape shape = Protos.known(e.getShape(), where(key));
        Cursor in = new Cursor(shards.bytes(e, where(key)), where(key));
        Checksum crc = new Checksum();
        List<VariantTensorDataProto> all = new ArrayList<>();
        for (int i = 0; i < shape.size(); i++) {
            int n = in.count(in.remaining(), "bytes of a variant");
            byte[] element = in.array(n);
            crc.add(n, 8).add(element);
            int stored = in.int32();
            crc.check(stored, where(key));
            crc.add(stored, 4);
            all.add(parse(element, VariantTensorDataProto.parser(), where(key)));
        }
        crc.check(e.getCrc32C(), where(key));
        return all;
    }

    private Tensor read(BundleEntryProto e, TensorType type, String where) throws IOException {
        if (!Protos.shape(e.getShape(), where).equals(type.shape())) {
            throw new ModelFormatException(
                    "checkpoint: expected " + type + " but was " + Protos.shape(e.getShape(), where) + ", at " + where);
        }
        if (type.dtype() == DType.STRING) {
            return Strings.read(shards.bytes(e, where), type, e.getCrc32C(), where);
        }
        if (e.getSize() != Elements.bytes(type)) {
            throw new ModelFormatException("checkpoint: expected " + Elements.bytes(type) + " bytes for " + type
                    + " but was " + e.getSize() + ", at " + where);
        }
        if (large) {
            Elements there = new Elements(shards.kept(e, where), e.getOffset(), type.dtype());
            there.checksum(e.getSize()).check(e.getCrc32C(), where);
            return Tensor.lazily(type, there);
        }
        try (Shard shard = shards.open(e, where)) {
            Tensor t = Tensor.zeros(type);
            new Elements(shard, e.getOffset(), type.dtype()).read(t.data()).check(e.getCrc32C(), where);
            return t;
        }
    }
}
