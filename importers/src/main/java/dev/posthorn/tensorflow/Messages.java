package dev.posthorn.tensorflow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnsafeByteOperations;
import dev.posthorn.model.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Logger;
import java.util.zip.CRC32;

/** Messages in files: reads them, which are not trusted, and writes them. */
public final class Messages {
    private static final Logger TEXT = Logger.getLogger(TextFormat.class.getName());

    private Messages() {}

    /** Reads a message; bytes in it are those of the file, no copies. */
    static <M> M read(Path file, Parser<M> parser) throws IOException {
        check(file);
        CodedInputStream in =
                UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)).newCodedInput();
        in.enableAliasing(true);
        try {
            M message = parser.parseFrom(in);
            in.checkLastTagWas(0);
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(
                    "file: expected a protocol buffer but was broken (" + e.getMessage() + "), at " + file, e);
        }
    }

    static <M> M parse(byte[] bytes, Parser<M> parser, String where) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(
                    "file: expected a protocol buffer but was broken (" + e.getMessage() + "), at " + where, e);
        }
    }

    static {
        // Files of other versions of TensorFlow have fields that are not known here: nothing that a user can mend.
        TEXT.setFilter(r -> !r.getMessage().startsWith("Input contains unknown fields"));
    }

    /** Reads a message as text; fields that are not known are passed over. */
    static <B extends Message.Builder> B readText(Path file, B builder) throws IOException {
        check(file);
        try {
            TextFormat.Parser.newBuilder()
                    .setAllowUnknownFields(true)
                    .build()
                    .merge(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), builder);
            return builder;
        } catch (TextFormat.ParseException e) {
            throw new ModelFormatException(
                    "file: expected a protocol buffer as text but was broken (" + e.getMessage() + "), at " + file, e);
        }
    }

    private static void check(Path file) throws IOException {
        if (Files.size(file) > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(
                    "file: expected at most 2 GiB but was " + Files.size(file) + " bytes, at " + file);
        }
    }

    /** A message, its maps in the order of their keys. */
    public static byte[] bytes(Message message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.getSerializedSize());
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        coded.useDeterministicSerialization();
        message.writeTo(coded);
        coded.flush();
        return out.toByteArray();
    }

    /** What tells files apart. */
    public static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue() << 32 | bytes.length & 0xffffffffL;
    }
}
