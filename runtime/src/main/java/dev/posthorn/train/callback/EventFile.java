package dev.posthorn.train.callback;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file of events as TensorBoard reads it: TFRecords, each an {@code Event} message. Source:
 * tensorflow/core/lib/io/record_writer.cc, tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.
 */
public final class EventFile implements AutoCloseable {
    private static final int MASK = 0xa282ead8;

    private final OutputStream out;

    /** A new file in a directory; {@code wallTime}, in seconds, tells it from others. */
    public static EventFile create(Path directory, double wallTime) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(String.format(
                "events.out.tfevents.%010d.%06d.posthorn.v2", (long) wallTime, Math.round(wallTime % 1 * 1e6)));
        return new EventFile(Files.newOutputStream(file), wallTime);
    }

    /** Begins a file. */
    public EventFile(OutputStream out, double wallTime) throws IOException {
        this.out = out;
        Message event = new Message();
        event.fixed64(1, Double.doubleToLongBits(wallTime));
        event.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        write(event);
    }

    /** Adds a number. */
    public void scalar(String tag, double value, long step, double wallTime) throws IOException {
        Message number = new Message();
        number.bytes(1, tag.getBytes(StandardCharsets.UTF_8));
        number.fixed32(2, Float.floatToIntBits((float) value));
        Message summary = new Message();
        summary.bytes(1, number.toByteArray());
        Message event = new Message();
        event.fixed64(1, Double.doubleToLongBits(wallTime));
        if (step != 0) {
            event.varint(2, step);
        }
        event.bytes(5, summary.toByteArray());
        write(event);
    }

    /** Length, its checksum, the message, its checksum. */
    private void write(Message message) throws IOException {
        byte[] data = message.toByteArray();
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length)
                .array();
        out.write(ByteBuffer.allocate(data.length + 16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(length)
                .putInt(masked(length))
                .put(data)
                .putInt(masked(data))
                .array());
        out.flush();
    }

    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** A message of protocol buffers, field by field. */
    private static final class Message extends ByteArrayOutputStream {
        private void tag(int field, int wireType) {
            raw((long) field << 3 | wireType);
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            write((int) rest);
        }

        void varint(int field, long value) {
            tag(field, 0);
            raw(value);
        }

        void fixed64(int field, long value) {
            tag(field, 1);
            writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void fixed32(int field, int value) {
            tag(field, 5);
            writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void bytes(int field, byte[] value) {
            tag(field, 2);
            raw(value.length);
            writeBytes(value);
        }
    }
}
