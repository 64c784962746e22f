package dev.posthorn.ir.op.text;

import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Set;

/**
 * How bytes are text, and what becomes of what is not.
 *
 * @param name as TensorFlow has it: UTF-8, UTF-16-BE, …
 * @param errors strict, an error; replace, by {@code replacement}; ignore, left out
 * @param control whether control characters are taken as errors that are replaced
 */
public record Encoding(String name, String errors, int replacement, boolean control) {
    private static final Set<String> ERRORS = Set.of("strict", "replace", "ignore");

    /** UTF-8, what is not is replaced. */
    public static final Encoding UTF_8 = new Encoding("UTF-8", "replace", 0xfffd, false);

    public Encoding {
        if (!ERRORS.contains(errors) || !valid(replacement)) {
            throw new ShapeException("expected errors of " + ERRORS + " and a code point in their place but was "
                    + errors + ", " + replacement);
        }
        charset(name);
    }

    private static Charset charset(String name) {
        try {
            return Charset.forName(named(name));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new ShapeException("expected a known encoding but was '" + name + "'", e);
        }
    }

    static boolean valid(int point) {
        return Character.isValidCodePoint(point) && (point < 0xd800 || point > 0xdfff);
    }

    /** Takes what bytes say. */
    @FunctionalInterface
    interface Points {
        /** A code point, and where its bytes begin. */
        void take(int point, int at);
    }

    void decode(byte[] s, Points to) {
        CharsetDecoder decoder = charset(name).newDecoder();
        ByteBuffer in = ByteBuffer.wrap(s);
        CharBuffer out = CharBuffer.allocate(2);
        while (true) {
            int at = in.position();
            CoderResult r = decoder.decode(in, out.clear().limit(1), true);
            if (r.isOverflow() && out.position() == 0) { // one that takes two chars
                r = decoder.decode(in, out.limit(2), true);
            }
            if (out.position() > 0) {
                int point = Character.codePointAt(out.array(), 0, out.position());
                put(point, at, control && point <= 0x1f, to);
                continue;
            }
            if (r.isError()) {
                put(0, at, true, to);
                boolean surrogate = r.length() == 3 && s[at] == (byte) 0xed; // to UTF-8, three errors
                in.position(at + (surrogate ? 1 : r.length()));
                decoder.reset();
                continue;
            }
            return;
        }
    }

    private void put(int point, int at, boolean wrong, Points to) {
        if (!wrong) {
            to.take(point, at);
        } else if (errors.equals("replace")) {
            to.take(replacement, at);
        } else if (errors.equals("strict")) {
            throw new ShapeException("expected text in " + name + " but was another (byte " + at + ")");
        }
    }

    /** Writes a code point; what is none as {@code errors} says. */
    void encode(int point, ByteArrayOutputStream to) {
        if (valid(point)) {
            to.writeBytes(Character.toString(point).getBytes(charset(name)));
        } else if (errors.equals("replace")) {
            to.writeBytes(Character.toString(replacement).getBytes(charset(name)));
        } else if (errors.equals("strict")) {
            throw new ShapeException("expected code points but was " + point);
        }
    }

    /** The same text under another encoding. */
    byte[] transcoded(byte[] s, Encoding to) {
        ByteArrayOutputStream y = new ByteArrayOutputStream();
        decode(s, (point, at) -> to.encode(point, y));
        return y.toByteArray();
    }

    /** TensorFlow's names as Java's. */
    private static String named(String tensorflow) {
        return switch (tensorflow) {
            case "UTF-16-BE" -> StandardCharsets.UTF_16BE.name();
            case "UTF-16-LE" -> StandardCharsets.UTF_16LE.name();
            case "UTF-32-BE" -> "UTF-32BE";
            case "UTF-32-LE" -> "UTF-32LE";
            default -> tensorflow;
        };
    }
}
