package dev.posthorn.tensorflow.bundle;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.SavedSlice;
import dev.posthorn.proto.SavedSliceMeta;
import dev.posthorn.proto.SavedTensorSlices;
import dev.posthorn.tensorflow.Protos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The first checkpoint format of TensorFlow 1: one table that holds the tensors themselves, in slices. */
public final class OldCheckpoint {
    private OldCheckpoint() {}

    /** Whether the file is a table, by its content. */
    public static boolean is(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) < IndexTable.FOOTER) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(8);
            in.read(last, in.size() - 8);
            return IndexTable.is(last.flip());
        }
    }

    /** All tensors by name. */
    public static Map<String, Tensor> read(Path file) throws IOException {
        Map<String, byte[]> table;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            table = IndexTable.read(in, file).entries();
        }
        byte[] head = table.remove("");
        if (head == null) {
            throw new ModelFormatException(
                    "checkpoint: expected an entry that lists its tensors but was none, at " + file);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        long room = 16 * Files.size(file) + (1 << 20); // what so many bytes may hold, repeated values included
        for (SavedSliceMeta m : parse(head, file + "!/header").getMeta().getTensorList()) {
            String where = file + "!/" + m.getName();
            TensorType type = new TensorType(Protos.dtype(m.getType(), where), Protos.known(m.getShape(), where));
            room -= type.shape().longSize();
            if (room < 0) {
                throw new ModelFormatException(
                        "checkpoint: expected tensors that fit the file but was far more, at " + where);
            }
            tensors.put(m.getName(), Tensor.zeros(type));
        }
        for (Map.Entry<String, byte[]> e : table.entrySet()) {
            SavedSlice s = parse(e.getValue(), file.toString()).getData();
            String where = file + "!/" + s.getName();
            Tensor whole = tensors.get(s.getName());
            if (whole == null) {
                throw new ModelFormatException("checkpoint: expected one of its tensors but was another, at " + where);
            }
            Box box = Box.of(s.getSlice(), whole.shape(), where);
            Tensor part = Protos.tensor(
                    s.getData().toBuilder()
                            .setDtype(Protos.dtype(whole.dtype()))
                            .setTensorShape(Protos.shape(box.shape()))
                            .build(),
                    where);
            box.copy(part, whole);
        }
        return tensors;
    }

    private static SavedTensorSlices parse(byte[] bytes, String where) {
        try {
            return SavedTensorSlices.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(
                    "checkpoint: expected a message but was broken (" + e.getMessage() + "), at " + where, e);
        }
    }
}
