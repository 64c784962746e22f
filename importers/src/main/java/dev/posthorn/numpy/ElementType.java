package dev.posthorn.numpy;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.UnsupportedModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What NumPy calls a {@code descr}: {@code <f4}, {@code >i8}, {@code |b1}, {@code |S5}, {@code <U7}.
 *
 * @param kind NumPy's letter: b bool, i, u, f, c complex, S bytes, U text
 * @param bytes of one element in the file
 */
record ElementType(char kind, int bytes, ByteOrder order, DType dtype) {
    private static final Pattern DESCR = Pattern.compile("([<>|=]?)([a-zA-Z?])(\\d{0,9})(\\[.*])?");
    private static final Charset UTF_32BE = Charset.forName("UTF-32BE");
    private static final Charset UTF_32LE = Charset.forName("UTF-32LE");

    static ElementType parse(String descr, String where) {
        Matcher m = DESCR.matcher(descr);
        if (!m.matches()) {
            throw unsupported(descr, "", where);
        }
        char kind = m.group(2).charAt(0);
        int size = m.group(3).isEmpty() ? 0 : Integer.parseInt(m.group(3));
        ByteOrder order = m.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        if (kind == 'S' || kind == 'U' && size <= Integer.MAX_VALUE / 4) {
            return new ElementType(kind, kind == 'U' ? size * 4 : size, order, DType.STRING);
        }
        DType dtype = switch (kind + "" + size) {
            case "?0", "b1" -> DType.BOOL;
            case "i1" -> DType.INT8;
            case "i2" -> DType.INT16;
            case "i4" -> DType.INT32;
            case "i8" -> DType.INT64;
            case "u1" -> DType.UINT8;
            case "u2" -> DType.UINT16;
            case "u4" -> DType.UINT32;
            case "u8" -> DType.UINT64;
            case "f2" -> DType.FLOAT16;
            case "f4" -> DType.FLOAT32;
            case "f8" -> DType.FLOAT64;
            case "c8" -> DType.COMPLEX64;
            case "c16" -> DType.COMPLEX128;
            default -> throw unsupported(descr, hint(kind), where);
        };
        return new ElementType(kind == '?' ? 'b' : kind, dtype.bytes(), order, dtype);
    }

    /** The type in which a tensor of this type is written; strings are {@code width} bytes. */
    static ElementType of(DType dtype, int width) {
        char kind = switch (dtype) {
            case BOOL -> 'b';
            case STRING -> 'S';
            case RESOURCE, VARIANT -> throw new IllegalArgumentException("npy: expected values but was " + dtype);
            default ->
                switch (dtype.kind()) {
                    case SIGNED -> 'i';
                    case UNSIGNED -> 'u';
                    case COMPLEX -> 'c';
                    default -> 'f';
                };
        };
        return new ElementType(kind, dtype == DType.STRING ? width : dtype.bytes(), ByteOrder.LITTLE_ENDIAN, dtype);
    }

    private static String hint(char kind) {
        return switch (kind) {
            case 'O' ->
                " (an array of Python objects, stored as a pickle, which can run any code; save numbers or np.bytes_)";
            case 'V' -> " (raw bytes; NumPy saves bfloat16 so: convert it to float32)";
            case 'M', 'm' -> " (times; convert them to int64)";
            case 'f', 'c' -> " (longer than 64 bits a number; convert it to float64 or complex128)";
            default -> "";
        };
    }

    static UnsupportedModelException unsupported(String descr, String hint, String where) {
        return new UnsupportedModelException(
                "npy: expected numbers, bool or strings but was dtype '" + descr + "'" + hint + ", at " + where);
    }

    String descr() {
        char mark = kind == 'S' || bytes == 1 ? '|' : order == ByteOrder.BIG_ENDIAN ? '>' : '<';
        return "" + mark + kind + (kind == 'U' ? bytes / 4 : bytes);
    }

    /** Array slots an element takes in its tensor: two where it is complex. */
    int slots() {
        return dtype.kind() == DType.Kind.COMPLEX ? 2 : 1;
    }

    /** Decodes {@code n} elements into a tensor's storage, from element {@code at} on. */
    void decode(ByteBuffer from, Object to, int at, int n) {
        ByteBuffer in = from.order(order);
        if (kind == 'S' || kind == 'U') {
            byte[] text = new byte[bytes];
            for (int i = 0; i < n; i++) {
                in.get(text);
                ((byte[][]) to)[at + i] = utf8(text);
            }
        } else if (kind == 'b') {
            for (int i = 0; i < n; i++) {
                ((byte[]) to)[at + i] = (byte) (in.get() != 0 ? 1 : 0);
            }
        } else if (to instanceof byte[] a) {
            in.get(a, at, n);
        } else if (to instanceof short[] a) {
            in.asShortBuffer().get(a, at, n);
        } else if (to instanceof int[] a) {
            in.asIntBuffer().get(a, at, n);
        } else if (to instanceof long[] a) {
            in.asLongBuffer().get(a, at, n);
        } else if (to instanceof float[] a) {
            in.asFloatBuffer().get(a, at * slots(), n * slots());
        } else {
            in.asDoubleBuffer().get((double[]) to, at * slots(), n * slots());
        }
    }

    /** Encodes {@code n} elements of a tensor's storage, from element {@code at} on. */
    void encode(Object from, int at, int n, ByteBuffer to) {
        ByteBuffer out = to.order(order);
        int size = n * bytes;
        if (from instanceof byte[][] a) {
            for (int i = 0; i < n; i++) {
                out.put(Arrays.copyOf(a[at + i], bytes));
            }
            return;
        } else if (from instanceof byte[] a) {
            out.slice().put(a, at, n);
        } else if (from instanceof short[] a) {
            out.asShortBuffer().put(a, at, n);
        } else if (from instanceof int[] a) {
            out.asIntBuffer().put(a, at, n);
        } else if (from instanceof long[] a) {
            out.asLongBuffer().put(a, at, n);
        } else if (from instanceof float[] a) {
            out.asFloatBuffer().put(a, at * slots(), n * slots());
        } else {
            out.asDoubleBuffer().put((double[]) from, at * slots(), n * slots());
        }
        out.position(out.position() + size);
    }

    /** NumPy pads strings with NUL and cannot tell padding from content. */
    private byte[] utf8(byte[] padded) {
        int unit = kind == 'U' ? 4 : 1;
        int end = padded.length;
        while (end > 0 && padded[end - 1] == 0 && (unit == 1 || isZero(padded, end - unit))) {
            end -= unit;
        }
        if (kind == 'S') {
            return Arrays.copyOf(padded, end);
        }
        Charset utf32 = order == ByteOrder.BIG_ENDIAN ? UTF_32BE : UTF_32LE;
        return new String(padded, 0, end, utf32).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] b, int at) {
        return (b[at] | b[at + 1] | b[at + 2] | b[at + 3]) == 0;
    }

    /** The bytes that the longest string takes, at least 1 as in NumPy. */
    static int width(Tensor t) {
        int width = 1;
        for (byte[] s : t.byteStrings()) {
            if (s.length > 0 && s[s.length - 1] == 0) {
                throw new IllegalArgumentException(
                        "npy: expected strings that do not end in NUL, which NumPy would cut off, " + "but was one of "
                                + s.length + " bytes (write .json instead)");
            }
            width = Math.max(width, s.length);
        }
        return width;
    }

    /** As NumPy can hold it: bfloat16 becomes float32, exactly. */
    static TensorType writable(TensorType type) {
        return type.dtype() == DType.BFLOAT16 ? type.withDType(DType.FLOAT32) : type;
    }
}
