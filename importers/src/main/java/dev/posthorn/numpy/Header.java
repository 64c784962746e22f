package dev.posthorn.numpy;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header of a {@code .npy} file: magic, version, and a Python dict of {@code descr}, {@code fortran_order} and
 * {@code shape}.
 *
 * @param offset where the data starts
 */
record Header(ElementType element, boolean fortran, Shape shape, int offset) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST = 1 << 20;
    /** NumPy leaves room for the first dimension to grow to 21 digits without moving the data. */
    private static final int GROWTH_DIGITS = 21;

    private static final int ALIGNMENT = 64;

    TensorType type() {
        return new TensorType(element.dtype(), shape);
    }

    /** The bytes of all elements. */
    long bytes() {
        return Math.multiplyExact(shape.longSize(), (long) element.bytes());
    }

    static Header read(InputStream in, String where) throws IOException {
        try {
            byte[] start = exactly(in, 8);
            for (int i = 0; i < MAGIC.length; i++) {
                if (start[i] != MAGIC[i]) {
                    throw new ModelFormatException(
                            "npy: expected a file that starts with \\x93NUMPY but was another, at " + where);
                }
            }
            int version = start[6];
            if (version < 1 || version > 3) {
                throw new ModelFormatException(
                        "npy: expected version 1, 2 or 3 but was " + version + "." + start[7] + ", at " + where);
            }
            ByteBuffer field =
                    ByteBuffer.wrap(exactly(in, version == 1 ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
            long length = version == 1 ? field.getShort() & 0xffff : field.getInt() & 0xffffffffL;
            if (length > LONGEST) {
                throw new ModelFormatException(
                        "npy: expected a header of at most " + LONGEST + " bytes but was " + length + ", at " + where);
            }
            String dict = new String(
                    exactly(in, (int) length), version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
            return new Literal(dict, where).header((int) length + 8 + field.capacity());
        } catch (EOFException e) {
            throw new ModelFormatException("npy: expected a whole header but was the end of the file, at " + where, e);
        }
    }

    private static byte[] exactly(InputStream in, int n) throws IOException {
        byte[] b = in.readNBytes(n);
        if (b.length < n) {
            throw new EOFException();
        }
        return b;
    }

    /** The header as NumPy writes it, version 1.0 wherever it fits. */
    static byte[] write(TensorType type, int width, long rows) {
        String element = ElementType.of(type.dtype(), width).descr();
        StringBuilder shape = new StringBuilder("(");
        int rank = type.shape().rank();
        for (int i = 0; i < rank; i++) {
            shape.append(i == 0 ? "" : ", ")
                    .append(i == 0 ? rows : (long) type.shape().dim(i));
        }
        shape.append(rank == 1 ? ",)" : ")");
        StringBuilder dict =
                new StringBuilder("{'descr': '" + element + "', 'fortran_order': False, 'shape': " + shape + ", }");
        if (rank > 0) {
            dict.append(" ".repeat(GROWTH_DIGITS - Long.toString(rows).length()));
        }
        int prefix = MAGIC.length + 4;
        // As in NumPy: never none, a whole alignment instead.
        dict.append(" ".repeat(ALIGNMENT - (prefix + dict.length() + 1) % ALIGNMENT))
                .append('\n');
        ByteBuffer out = ByteBuffer.allocate(prefix + dict.length()).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) dict.length());
        return out.put(dict.toString().getBytes(StandardCharsets.ISO_8859_1)).array();
    }

    /** A reader of the Python literal: one dict of strings, booleans and tuples of integers. */
    private static final class Literal {
        private final String text;
        private final String where;
        private int at;

        Literal(String text, String where) {
            this.text = text;
            this.where = where;
        }

        Header header(int offset) {
            String descr = null;
            Boolean fortran = null;
            Shape shape = null;
            expect('{');
            while (!skip('}')) {
                String key = string();
                expect(':');
                switch (key) {
                    case "descr" -> descr = descr();
                    case "fortran_order" -> fortran = bool();
                    case "shape" -> shape = shape();
                    default -> throw malformed("the keys descr, fortran_order and shape", "'" + key + "'");
                }
                if (!skip(',')) {
                    expect('}');
                    break;
                }
            }
            if (!text.substring(at).isBlank()) {
                throw malformed(
                        "nothing after the dict", "'" + text.substring(at).strip() + "'");
            }
            if (descr == null || fortran == null || shape == null) {
                throw malformed("the keys descr, fortran_order and shape", "not all of them");
            }
            return checked(new Header(ElementType.parse(descr, where), fortran, shape, offset));
        }

        private Header checked(Header h) {
            try {
                return h.bytes() >= 0 ? h : null;
            } catch (ArithmeticException e) {
                throw new ModelFormatException(
                        "npy: expected fewer than 2^63 bytes but was shape " + h.shape + ", at " + where, e);
            }
        }

        private String descr() {
            if (peek() != '[') {
                return string();
            }
            throw ElementType.unsupported("record", " (an array of records; save each field as its own array)", where);
        }

        private Boolean bool() {
            for (Boolean value : List.of(false, true)) {
                String name = value ? "True" : "False";
                if (peek() == name.charAt(0) && text.startsWith(name, at)) {
                    at += name.length();
                    return value;
                }
            }
            throw malformed("True or False", found());
        }

        private Shape shape() {
            List<Integer> dims = new ArrayList<>();
            expect('(');
            while (!skip(')')) {
                dims.add(dim().orElseThrow(() -> malformed("a dimension of at most 2^31 - 1", found())));
                if (!skip(',')) {
                    expect(')');
                    break;
                }
            }
            return Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
        }

        private Optional<Integer> dim() {
            peek();
            int end = at;
            while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                end++;
            }
            if (end == at || end - at > 10 || Long.parseLong(text.substring(at, end)) > Integer.MAX_VALUE) {
                return Optional.empty();
            }
            int dim = Integer.parseInt(text.substring(at, end));
            at = end;
            skip('L'); // Python 2 wrote 3L
            return Optional.of(dim);
        }

        private String string() {
            char quote = peek();
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw malformed("a string", found());
            }
            String s = text.substring(at + 1, end);
            at = end + 1;
            return s;
        }

        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean skip(char c) {
            boolean here = peek() == c;
            at += here ? 1 : 0;
            return here;
        }

        private void expect(char c) {
            if (!skip(c)) {
                throw malformed("'" + c + "'", found());
            }
        }

        private String found() {
            peek();
            String rest = text.substring(at);
            return rest.isEmpty()
                    ? "the end"
                    : "'" + (rest.length() > 40 ? rest.substring(0, 40) + "…" : rest.strip()) + "'";
        }

        private ModelFormatException malformed(String expected, String was) {
            return new ModelFormatException(
                    "npy: expected " + expected + " but was " + was + ", at the header of " + where);
        }
    }
}
